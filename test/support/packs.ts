import { v7 as uuidv7 } from 'uuid';
import { NO_ATTRIBUTES } from '../../src/log/log-record';
import { packLine } from '../../src/log/pack';
import type { Severity } from '../../src/log/severity';
import { LOGS_EXCHANGE } from '../../src/messaging/topology';
import type { TestBroker } from './broker';

/** Publishes a pack as our source makes it: `count` records that happened at `at` (ms), one microsecond apart. */
export async function publishPack(
  broker: TestBroker,
  service: string,
  count: number,
  { at = Date.now(), severity = 'error' }: { at?: number; severity?: Severity } = {},
): Promise<void> {
  const pack = aPack(service, count, at, severity);
  await broker.publish(LOGS_EXCHANGE, pack.key, pack.body, pack.options);
}

/** A pack, ready to be published. */
export function aPack(service: string, count: number, at: number, severity: Severity = 'error') {
  const lines = Array.from({ length: count }, (_, i) =>
    packLine({ timestamp: at * 1_000 + i, body: `failure ${i} of ${service}`, attributes: NO_ATTRIBUTES }),
  );
  const options = {
    persistent: true,
    contentType: 'application/x-ndjson',
    messageId: uuidv7(),
    headers: { service, severity, count },
  };
  return { key: `${service}.${severity}`, body: Buffer.from(lines.join('')), options };
}
