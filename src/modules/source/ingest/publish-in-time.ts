import type { LogRecord } from '../../../log/log-record';
import type { PackKey } from '../../../log/pack-key';
import { keyedPacksOf } from '../../../messaging/keyed-packs';
import type { RecordPublisher } from '../../../messaging/record-publisher';
import { HandOver } from '../hand-over';

/** The time was over before the broker had confirmed everything; what was handed over may still be confirmed. */
class ConfirmTimeout extends Error {}

const SLICE_RECORDS = 2_000;
const NO_HURRY = new AbortController().signal;

/** What a request came to. */
export interface Readout {
  readonly records: readonly LogRecord[];
  /** Where the request has an idempotency key. */
  readonly key: PackKey | null;
}

/**
 * Resolves once every record is confirmed. After `timeoutMs` rejects with {@link ConfirmTimeout} and hands over no more
 * of them. `onConfirmed` counts what is confirmed, also after that.
 */
export async function publishInTime(
  publisher: RecordPublisher,
  { records, key }: Readout,
  timeoutMs: number,
  onConfirmed: (records: number) => void,
): Promise<void> {
  const handOver = new HandOver(publisher, onConfirmed, NO_HURRY);
  let isLate = false;
  const handOverAll = async (): Promise<void> => {
    if (key !== null) {
      await publisher.publishPacks(keyedPacksOf(key, records)); // as a whole: a pack's number is its place among all
      return onConfirmed(records.length);
    }
    for (let start = 0; start < records.length && !isLate; start += SLICE_RECORDS) {
      await handOver.add(records.slice(start, start + SLICE_RECORDS));
    }
    await handOver.allConfirmed();
  };
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      isLate = true;
      reject(new ConfirmTimeout(`not all confirmed within ${timeoutMs} ms`));
    }, timeoutMs);
  });
  try {
    await Promise.race([handOverAll(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
