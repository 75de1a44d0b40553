import { setTimeout as sleep } from 'node:timers/promises';
import type { RoleProcess } from '../../test/support/role-process';
import { WebhookReceiver } from '../../test/support/webhook-receiver';
import { alertDelays } from '../alert-delays';
import { atMost, busyElsewhere, type Figure, grouped, memoryOfEach, milliseconds } from '../figures';
import { CpuMeter, type Usage } from '../meter';
import { percentile } from '../percentile';
import { peakMebibytes } from '../process-usage';
import type { Section } from '../report';
import { say } from '../say';
import { forMilliseconds, steadily } from '../steadily';
import { Surroundings } from '../surroundings';
import { type Outcome, sendLines, sendSteadily, type Sent } from '../traffic';
import { SEED, Workload } from '../workload';

const RATES = [1_000, 50_000];
const BURSTS = 100;
const BETWEEN_BURSTS_MS = 200;
/** As many as ALERT_THRESHOLD is where it is not set. */
const ERRORS_A_BURST = 10;
/** The code of the processes is being compiled, and queues settle. */
const WARM_UP_MS = 4_000;
/** What a flood may delay an alert by. */
const AIM_MS = 5_000;

interface AlertDelay {
  readonly rate: number;
  readonly sent: Sent;
  /** Of each burst, ms, ascending. */
  readonly delays: readonly number[];
  readonly usage: Usage;
  readonly memory: ReadonlyMap<string, number>;
}

export async function alertsSection(): Promise<Section> {
  const results: AlertDelay[] = [];
  for (const rate of RATES) {
    say(`alerts among ${grouped(rate)} records a second`);
    results.push(await alertDelay(rate));
  }
  const text =
    `Every ${BETWEEN_BURSTS_MS} ms another service has ${ERRORS_A_BURST} errors, sent in one request to \`POST /ingest\`; from then ` +
    'until the webhook is called with its alert. Meanwhile other lines go through the same source and collector, at two paces; ' +
    'one monitor. A monitor looks at its counters twice a second.';
  return { title: 'From errors to the alert', text, figures: results.flatMap(figuresOf) };
}

function figuresOf({ rate, sent, delays, usage, memory }: AlertDelay): Figure[] {
  const figures = [
    { name: 'records a second accepted', measured: grouped(sent.accepted / sent.seconds) },
    { name: 'requests refused', measured: grouped(sent.outcomes.filter((one) => one !== 'accepted').length) },
    { name: 'alerts', measured: grouped(delays.length) },
    { name: 'errors to webhook, p50', measured: milliseconds(percentile(delays, 0.5)) },
    atMost('errors to webhook, p99', percentile(delays, 0.99), AIM_MS, milliseconds),
    ...memoryOfEach(memory),
    ...busyElsewhere(usage, sent.seconds),
  ];
  return figures.map((figure) => ({ ...figure, name: `at ${grouped(rate)} a second: ${figure.name}` }));
}

async function alertDelay(rate: number): Promise<AlertDelay> {
  const webhook = await WebhookReceiver.open();
  try {
    return await Surroundings.during(async (surroundings) => {
      const source = await surroundings.start('source');
      await surroundings.start('collector');
      const monitor = await surroundings.start('monitoring', { ALERT_WEBHOOK_URL: webhook.url });
      const workload = new Workload(SEED);
      const meter = new CpuMeter(surroundings.pids());
      const [sent, sentAt] = await forMilliseconds(WARM_UP_MS + BURSTS * BETWEEN_BURSTS_MS, (stop) =>
        Promise.all([
          sendSteadily(source, rate, (count, atMs) => workload.lines(count, atMs), stop),
          sleep(WARM_UP_MS).then(() => sendBursts(source, stop)),
        ]),
      );
      const delays = await alertDelays(sentAt, webhook);
      const memory = new Map([[monitor.role, peakMebibytes(monitor.pid)]]);
      return { rate, sent, delays, usage: meter.usage(), memory };
    });
  } finally {
    await webhook.close();
  }
}

/** Resolves with when the errors of each service were sent, ms since the Unix epoch. Rejects where they are not taken. */
async function sendBursts(source: RoleProcess, stop: AbortSignal): Promise<Map<string, number>> {
  const sentAt = new Map<string, number>();
  const send = (burst: number): Promise<Outcome> => {
    const service = `burst-${burst}`;
    sentAt.set(service, Date.now());
    return sendLines(source, errorsOf(service), ERRORS_A_BURST);
  };
  const refused = (await steadily(1_000 / BETWEEN_BURSTS_MS, send, stop)).filter((outcome) => outcome !== 'accepted');
  if (refused.length > 0) throw new Error(`${refused.length} of ${sentAt.size} bursts were not taken`);
  return sentAt;
}

function errorsOf(service: string): string {
  const time = new Date().toISOString();
  const lines = Array.from({ length: ERRORS_A_BURST }, (_, i) => `${time} ${service} ERROR attempt ${i} of 10 failed`);
  return lines.join('\n');
}
