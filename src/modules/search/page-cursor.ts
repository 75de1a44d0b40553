import { hash } from 'node:crypto';
import type { LogFilter, Order, TimeRange } from '../../log/log-query';
import { CONTENT_HASH_BYTES } from '../../log/record-order';
import { SEVERITIES, severityRank } from '../../log/severity';
import type { LastReturned, Position } from '../../storage/read-position';

/** What the first page pins for those after it. */
export interface PageCursor {
  readonly range: TimeRange;
  /** `from` and `to` as the first page was asked for them; empty where it was not. */
  readonly fromText: string;
  readonly toText: string;
  /** Of the filters and the order. */
  readonly filterHash: string;
  readonly position: Position;
}

/** The first character of every cursor; another layout gets another digit. */
const FORMAT = '1';
const FILTER_HASH_LENGTH = 16;

/** The same for the same filters, in whatever order their values were given. */
export function filterHash({ services, severities, text, attributes }: LogFilter, order: Order): string {
  const named = attributes.map(({ name, values }) => [name, ...[...new Set(values)].sort()]).sort();
  const parts = [order, services === null ? null : [...new Set(services)].sort(), severities, text, named];
  return hash('sha256', JSON.stringify(parts), 'hex').slice(0, FILTER_HASH_LENGTH);
}

export function encodeCursor({ range, fromText, toText, filterHash: filters, position }: PageCursor): string {
  const { timestamp, last } = position;
  const place = last === null ? [] : [last.service, severityRank(last.severity), last.contentHash, last.equal];
  const fields = [range.from, range.to, fromText, toText, filters, timestamp, ...place];
  return FORMAT + Buffer.from(JSON.stringify(fields)).toString('base64url');
}

/** Null when the text is no cursor. */
export function decodeCursor(text: string): PageCursor | null {
  if (!/^1[A-Za-z0-9_-]+$/.test(text)) return null;
  const fields = jsonList(Buffer.from(text.slice(FORMAT.length), 'base64url').toString('utf8'));
  if (fields === null) return null;
  const [from, to, fromText, toText, filters, timestamp, ...place] = fields;
  const last = place.length === 0 ? null : readLast(place);
  const isSound =
    isRangeTime(from) &&
    (to === null || isRangeTime(to)) &&
    typeof fromText === 'string' &&
    typeof toText === 'string' &&
    typeof filters === 'string' &&
    isTime(timestamp) &&
    last !== undefined;
  if (!isSound) return null;
  const cursor = { range: { from, to }, fromText, toText, filterHash: filters, position: { timestamp, last } };
  return encodeCursor(cursor) === text ? cursor : null;
}

function readLast([service, rank, contentHash, equal, ...rest]: readonly unknown[]): LastReturned | undefined {
  const severity = typeof rank === 'number' ? SEVERITIES[rank] : undefined;
  if (typeof service !== 'string' || severity === undefined || rest.length > 0) return undefined;
  if (typeof contentHash !== 'string' || contentHash.length !== 2 * CONTENT_HASH_BYTES) return undefined;
  if (typeof equal !== 'number' || !Number.isSafeInteger(equal) || equal < 1) return undefined;
  return { service, severity, contentHash, equal };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

/** The farthest time that can be formatted, microseconds. */
const MAX_RANGE_TIME = 8.64e18;

/** A range may be asked for to the year 9999, whose microseconds are more than a double can count one by one. */
function isRangeTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= MAX_RANGE_TIME;
}

function jsonList(text: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null; // not silent: the caller refuses what is no cursor
  }
}
