import { eventually } from '../../test/support/eventually';
import type { RoleProcess } from '../../test/support/role-process';
import { WebhookReceiver } from '../../test/support/webhook-receiver';
import { MONITORING_QUEUE } from '../../src/messaging/topology';
import { alertDelays } from '../alert-delays';
import { BrokerClient } from '../broker-client';
import { atMost, type Figure, grouped, mebibytes, memoryOfEach, milliseconds } from '../figures';
import { percentile } from '../percentile';
import { peakMebibytes } from '../process-usage';
import type { Section } from '../report';
import { metricOf } from '../role-metrics';
import { say } from '../say';
import { forMilliseconds, steadily } from '../steadily';
import { whenStored } from '../stored';
import { Surroundings } from '../surroundings';

const SECONDS = 60;
const PACKS_A_SECOND = 100;
const ERRORS_A_PACK = 500;
const NOISY_SERVICES = 10;
/** Every so often a service of its own crosses its threshold. */
const PROBE_EVERY_S = 3;
const ERRORS_A_PROBE = 12;
const SEEN_WITHIN_MS = 60_000;
const AIM_DELAY_MS = 5_000;
const MIB = 1024 * 1024;

interface Flood {
  readonly published: number;
  readonly seconds: number;
  /** How often the broker was asked whether it has an alarm; it had none. */
  readonly looks: number;
  /** The most that was seen to wait in MonitoringQueue. */
  readonly ready: number;
}

interface Watched {
  /** Of each probe, ms, ascending. */
  readonly delays: readonly number[];
  readonly heapBytes: number;
  readonly peak: number;
  /** Stored, and not seen by the monitor. */
  readonly dropped: number;
  readonly uncounted: number;
}

export async function floodSection(): Promise<Section> {
  say('a flood with a monitor');
  const { flood, watched } = await withMonitor();
  say('a flood with none');
  const alone = await withoutMonitor();
  const text =
    `${grouped(PACKS_A_SECOND * ERRORS_A_PACK)} errors a second for ${SECONDS} s, in packs of ${ERRORS_A_PACK} of ${NOISY_SERVICES} ` +
    `services straight to the exchange; one collector. Every ${PROBE_EVERY_S} s another service has ${ERRORS_A_PROBE} errors: from ` +
    'their publishing until the webhook is called with its alert. Once with one monitor, once with none.';
  const figures = [...figuresOfFlood('with a monitor', flood), ...figuresOfMonitor(watched)];
  return { title: 'A flood of errors', text, figures: [...figures, ...figuresOfFlood('without', alone)] };
}

function figuresOfFlood(which: string, { published, seconds, looks, ready }: Flood): Figure[] {
  return [
    { name: `${which}: errors a second confirmed`, measured: grouped(published / seconds) },
    { name: `${which}: looks at the broker, no alarm at any`, measured: grouped(looks) },
    { name: `${which}: most messages in MonitoringQueue`, measured: grouped(ready) },
  ];
}

function figuresOfMonitor({ delays, heapBytes, peak, dropped, uncounted }: Watched): Figure[] {
  return [
    { name: 'alerts of probes', measured: grouped(delays.length) },
    { name: 'probe to webhook, p50', measured: milliseconds(percentile(delays, 0.5)) },
    atMost('probe to webhook, longest', delays.at(-1) ?? NaN, AIM_DELAY_MS, milliseconds),
    { name: 'most heap in use, monitoring', measured: mebibytes(heapBytes / MIB) },
    ...memoryOfEach(new Map([['monitoring', peak]])),
    { name: 'errors stored and not seen by the monitor', measured: grouped(dropped) },
    { name: 'errors seen and not counted', measured: grouped(uncounted) },
  ];
}

async function withMonitor(): Promise<{ flood: Flood; watched: Watched }> {
  const webhook = await WebhookReceiver.open();
  try {
    return await Surroundings.during((surroundings) =>
      BrokerClient.during(surroundings.brokerUrl, async (client) => {
        const collector = await surroundings.start('collector');
        const monitor = await surroundings.start('monitoring', { ALERT_WEBHOOK_URL: webhook.url });
        let heapBytes = 0;
        const look = async (): Promise<void> => {
          heapBytes = Math.max(heapBytes, await metricOf(monitor, 'nodejs_heap_size_used_bytes'));
        };
        const sentAt = new Map<string, number>();
        const flood = await runFlood(surroundings, client, look, sentAt);
        const isSeen = async (): Promise<boolean> => (await client.ready(MONITORING_QUEUE)) === 0;
        await eventually(isSeen, { timeoutMs: SEEN_WITHIN_MS, describe: 'an empty MonitoringQueue' });
        const delays = await alertDelays(sentAt, webhook);
        const peak = peakMebibytes(monitor.pid);
        return { flood, watched: { delays, heapBytes, peak, ...(await compare(collector, monitor)) } };
      }),
    );
  } finally {
    await webhook.close();
  }
}

async function withoutMonitor(): Promise<Flood> {
  return Surroundings.during((surroundings) =>
    BrokerClient.during(surroundings.brokerUrl, async (client) => {
      await surroundings.start('collector'); // declares MonitoringQueue, too
      return runFlood(surroundings, client, () => Promise.resolve(), new Map());
    }),
  );
}

/**
 * Resolves once all is stored. Rejects where the broker raises an alarm.
 *
 * @param sentAt is given when each probe was published, ms since the Unix epoch.
 */
async function runFlood(
  surroundings: Surroundings,
  client: BrokerClient,
  look: () => Promise<void>,
  sentAt: Map<string, number>,
): Promise<Flood> {
  let ready = 0;
  const lookAround = async (): Promise<void> => {
    ready = Math.max(ready, await client.ready(MONITORING_QUEUE));
    await surroundings.expectNoAlarm();
    await look();
  };
  const probe = async (number: number): Promise<void> => {
    sentAt.set(`probe-${number}`, Date.now());
    await client.sendErrors(`probe-${number}`, ERRORS_A_PROBE);
  };
  const flood = (pack: number): Promise<void> => client.sendErrors(`noisy-${pack % NOISY_SERVICES}`, ERRORS_A_PACK);
  const startedAt = Date.now();
  const [packs, probes, looks] = await forMilliseconds(SECONDS * 1_000, (stop) =>
    Promise.all([
      steadily(PACKS_A_SECOND, flood, stop),
      steadily(1 / PROBE_EVERY_S, probe, stop),
      steadily(1, lookAround, stop),
    ]),
  );
  const seconds = (Date.now() - startedAt) / 1_000;
  const published = packs.length * ERRORS_A_PACK + probes.length * ERRORS_A_PROBE;
  await whenStored(surroundings.db, published);
  return { published, seconds, looks: looks.length, ready };
}

/** Once the monitor has nothing in hand any more. What the queue drops it tells nobody. */
async function compare(collector: RoleProcess, monitor: RoleProcess): Promise<Pick<Watched, 'dropped' | 'uncounted'>> {
  const stored = await metricOf(collector, 'logwarren_alarming_records_stored_total');
  const seen = await metricOf(monitor, 'logwarren_monitored_records_total');
  const uncounted = await metricOf(monitor, 'logwarren_monitored_records_uncounted_total');
  return { dropped: stored - seen, uncounted };
}
