import { setImmediate as nextTurn } from 'node:timers/promises';
import { NO_ATTRIBUTES, type LogRecord } from '../../../log/log-record';
import type { RejectReason } from '../../../log/reject';
import type { RetentionPolicy } from '../../../log/retention-policy';
import { StreamClock, type StreamClockState } from '../../../log/stream-clock';
import { type TimeZone, zoneFor } from '../../../log/time-zone';
import { LineSplitter } from '../lines/line-splitter';
import { RecordReader } from '../record-reader';
import { isRefused } from '../refused-item';
import type { Block } from './block';
import { joinLines } from './join-lines';

/** What a block holds. */
export interface BlockContent {
  readonly records: readonly LogRecord[];
  /** Records that became none. */
  readonly rejected: ReadonlyMap<RejectReason, number>;
  /** What the first record that was older than the retention was told. */
  readonly firstTooOld: string | null;
  readonly unknownSeverities: number;
  /** The clock of the stream after the last record. */
  readonly clock: StreamClockState;
}

/** After so many lines others get their turn. */
const TURN_LINES = 1_000;

const ZONES = new Map<string, TimeZone | null>();

/** Reads the bytes of a block. The same block and bytes make the same records, always. */
export async function readBlock(
  block: Block,
  chunks: Iterable<Buffer> | AsyncIterable<Buffer>,
  retention: RetentionPolicy,
): Promise<BlockContent> {
  const splitter = new LineSplitter();
  const lines = [];
  for await (const chunk of chunks) for (const line of splitter.push(chunk)) lines.push(line);
  lines.push(...splitter.end());
  const clock = new StreamClock(block.clock);
  const { service, zone, multiline } = block.rules;
  const defaults = { service, severity: null, attributes: NO_ATTRIBUTES };
  const reader = new RecordReader(defaults, retention, { zone: knownZone(zone), clock });
  const records: LogRecord[] = [];
  const rejected = new Map<RejectReason, number>();
  let firstTooOld: string | null = null;
  let read = 0;
  for (const line of joinLines(lines, multiline)) {
    if (++read % TURN_LINES === 0) await nextTurn();
    const record = reader.readLine(line, block.time, line.envelope);
    if (!isRefused(record)) records.push(record);
    else {
      rejected.set(record.reason, (rejected.get(record.reason) ?? 0) + 1);
      if (record.reason === 'too_old') firstTooOld ??= record.message;
    }
  }
  return { records, rejected, firstTooOld, unknownSeverities: reader.unknownSeverities, clock: clock.state };
}

/** Kept, because a zone remembers what it has worked out. */
function knownZone(name: string): TimeZone | null {
  const known = ZONES.get(name);
  if (known !== undefined) return known;
  const zone = zoneFor(name);
  ZONES.set(name, zone);
  return zone;
}
