import { once } from 'node:events';
import { connect } from 'amqplib';
import { LOGS_EXCHANGE } from '../../src/messaging/topology';
import { atLeast, busyElsewhere, cpuOfEach, grouped } from '../figures';
import { CpuMeter, type Usage } from '../meter';
import type { Section } from '../report';
import { say } from '../say';
import { checkStored, whenStored } from '../stored';
import { Surroundings } from '../surroundings';
import { SEED, Workload } from '../workload';

const RECORDS = 100_000;
const LINES_A_TURN = 100;
const AIM_RECORDS_A_SECOND = 5_000;

interface ForeignMessages {
  readonly records: number;
  readonly seconds: number;
  readonly usage: Usage;
}

export async function foreignSection(): Promise<Section> {
  say('single lines of a foreign publisher');
  const { records, seconds, usage } = await foreignMessages();
  const text =
    `${grouped(records)} messages of one line each (\`text/plain\`, no id, persistent, confirmed) from one amqplib ` +
    'publisher, one collector. From the first publish until the store holds every record.';
  const figures = [
    atLeast('records a second', records / seconds, AIM_RECORDS_A_SECOND),
    ...cpuOfEach(usage, records),
    ...busyElsewhere(usage, seconds),
  ];
  return { title: 'Single lines from a foreign publisher', text, figures };
}

/**
 * Single lines as a client of another make sends them: one a message, `text/plain`, without an id, persistent and
 * confirmed. Measured from the first publish until the store holds every record. The publisher is this process.
 */
async function foreignMessages(): Promise<ForeignMessages> {
  return Surroundings.during(async (surroundings) => {
    await surroundings.start('collector');
    const workload = new Workload(SEED);
    const lines = Array.from({ length: RECORDS }, () => Buffer.from(workload.line(Date.now())));
    const meter = new CpuMeter(surroundings.pids());
    const startedAt = Date.now();
    await publish(surroundings.brokerUrl, lines);
    const endedAt = await whenStored(surroundings.db, RECORDS);
    const usage = meter.usage();
    await checkStored(surroundings.db, workload.tally);
    return { records: RECORDS, seconds: (endedAt - startedAt) / 1_000, usage };
  });
}

async function publish(brokerUrl: string, lines: readonly Buffer[]): Promise<void> {
  const connection = await connect(brokerUrl);
  try {
    const channel = await connection.createConfirmChannel();
    for (let start = 0; start < lines.length; start += LINES_A_TURN) {
      let hasRoom = true;
      for (const line of lines.slice(start, start + LINES_A_TURN)) {
        hasRoom = channel.publish(LOGS_EXCHANGE, 'foreign.info', line, { persistent: true, contentType: 'text/plain' });
      }
      if (!hasRoom) await once(channel, 'drain');
    }
    await channel.waitForConfirms();
  } finally {
    await connection.close();
  }
}
