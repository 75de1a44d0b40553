import type { Order, TimeRange } from '../log/log-query';
import type { LogRecord } from '../log/log-record';
import { compareKeys, compareWithoutContent, keyOf, type RecordKey } from '../log/record-order';
import type { ChunkHeader } from './chunk';

/** Where a page ended and the next one begins. */
export interface Position {
  /** Microseconds. Everything that comes before this time, in reading order, is done with. */
  readonly timestamp: number;
  /** The last record returned, when it is of this time; null when no record of this time was returned yet. */
  readonly last: LastReturned | null;
}

export interface LastReturned extends Omit<RecordKey, 'timestamp'> {
  /** How many records equal to it were returned, over all pages. At least 1. */
  readonly equal: number;
}

/** Times from `from` inclusive to `to` exclusive, microseconds; `to` may be Infinity. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

type Placed = Pick<ChunkHeader, 'service' | 'severity'>;

/** The times that a chunk of this service and severity may still contribute. */
export function windowOf(
  owner: Placed,
  range: TimeRange,
  cutoff: number,
  order: Order,
  position: Position | null,
): Window {
  const from = Math.max(range.from, cutoff);
  const to = range.to ?? Infinity;
  if (position === null) return { from, to };
  const { timestamp, last } = position;
  if (order === 'desc') return { from, to: Math.min(to, isDone(owner, last, order) ? timestamp : timestamp + 1) };
  return { from: Math.max(from, isDone(owner, last, order) ? timestamp + 1 : timestamp), to };
}

/** Whether all records of this service and severity at the position's time come before the last one returned. */
function isDone(owner: Placed, last: LastReturned | null, order: Order): boolean {
  if (last === null) return false;
  const places = compareWithoutContent({ ...owner, timestamp: 0 }, { ...last, timestamp: 0 });
  return order === 'asc' ? places < 0 : places > 0;
}

/** The position before every record of a time; an infinite time stands for the last that a record can have. */
export function positionAt(time: number): Position {
  const timestamp = Math.max(-MAX_TIME, Math.min(MAX_TIME, time));
  return { timestamp, last: null };
}

/** One less than the last integer that a double holds for sure, so that the one after it is sure, too. */
const MAX_TIME = Number.MAX_SAFE_INTEGER - 1;

/** The position after the last of the records that a page returned, when the page began at `before`. */
export function positionAfter(records: readonly LogRecord[], before: Position | null): Position | null {
  const last = records.at(-1);
  if (last === undefined) return before;
  const key = keyOf(last);
  let equal = 1;
  for (let i = records.length - 2; i >= 0; i--) {
    const record = records[i];
    if (record === undefined || record.timestamp !== key.timestamp || compareKeys(keyOf(record), key) !== 0) break;
    equal++;
  }
  if (equal === records.length && before?.last != null) {
    const isSame = compareKeys({ ...before.last, timestamp: before.timestamp }, key) === 0;
    if (isSame) equal += before.last.equal;
  }
  const { timestamp, ...rest } = key;
  return { timestamp, last: { ...rest, equal } };
}

/** Tells, record after record in reading order, which were on an earlier page. */
export class Returned {
  private equalLeft: number;

  constructor(
    private readonly position: Position | null,
    private readonly order: Order,
  ) {
    this.equalLeft = position?.last?.equal ?? 0;
  }

  /** @param contentHash computed only where it decides */
  includes(record: Pick<LogRecord, 'timestamp' | 'service' | 'severity'>, contentHash: () => string): boolean {
    const { timestamp = NaN, last = null } = this.position ?? {};
    if (last === null || record.timestamp !== timestamp) return false;
    if (record.service !== last.service || record.severity !== last.severity) return false;
    const hash = contentHash();
    if (hash === last.contentHash) return this.equalLeft-- > 0;
    return this.order === 'asc' ? hash < last.contentHash : hash > last.contentHash;
  }
}
