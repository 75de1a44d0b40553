import { DAY_US, formatTimestamp, HOUR_US, MINUTE_US, SECOND_US } from '../../log/timestamp';
import { InvalidParameters } from '../../http/invalid-parameters';

export const MAX_BUCKETS = 2_000;
/** `auto` takes the shortest interval that needs no more buckets than this. */
const AUTO_BUCKETS = 120;

const UNITS: readonly (readonly [unit: string, length: number])[] = [
  ['d', DAY_US],
  ['h', HOUR_US],
  ['m', MINUTE_US],
  ['s', SECOND_US],
];
const USUAL = '1s 2s 5s 10s 15s 30s 1m 2m 5m 10m 15m 30m 1h 2h 3h 6h 12h 1d 7d 30d 365d'.split(' ').map(lengthOf);
const LONGEST = 365 * DAY_US;

export const INTERVAL_ALLOWED =
  'auto, or a whole number of s, m, h or d that divides a day (1s to 1d), or whole days to 365d';

/** Reads `interval`: microseconds, or null for `auto`. Throws {@link InvalidParameters}. */
export function parseInterval(text: string): number | null {
  if (text === 'auto') return null;
  const length = lengthOf(text);
  const isAllowed = length <= DAY_US ? DAY_US % length === 0 : length % DAY_US === 0 && length <= LONGEST;
  if (!isAllowed) throw new InvalidParameters([{ parameter: 'interval', given: text, allowed: INTERVAL_ALLOWED }]);
  return length;
}

/** Microseconds; NaN when the text is no length. */
function lengthOf(text: string): number {
  const [, amount, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  const length = UNITS.find(([name]) => name === unit)?.[1];
  return Number(amount) * (length ?? NaN);
}

/** An interval as text, in the largest unit that goes into it: `15m`, `1d`. */
export function formatInterval(interval: number): string {
  const found = UNITS.find(([, length]) => interval % length === 0);
  return found === undefined ? `${interval / SECOND_US}s` : `${interval / found[1]}${found[0]}`;
}

/**
 * The interval to count with between two times, both inclusive. Throws {@link InvalidParameters} naming the smallest that
 * would do when the one asked for, or with `auto` any, makes too many buckets.
 */
export function chooseInterval(asked: number | null, from: number, last: number): number {
  const chosen = asked ?? USUAL.find((interval) => bucketsBetween(from, last, interval) <= AUTO_BUCKETS) ?? LONGEST;
  const buckets = bucketsBetween(from, last, chosen);
  if (buckets <= MAX_BUCKETS) return chosen;
  const smallest = USUAL.find((interval) => bucketsBetween(from, last, interval) <= MAX_BUCKETS);
  if (smallest === undefined) {
    const allowed = `a range of at most ${MAX_BUCKETS} x ${formatInterval(LONGEST)}`;
    throw new InvalidParameters([{ parameter: 'from', given: formatTimestamp(from), allowed }]);
  }
  const least = `at least ${formatInterval(smallest)} for this range (here: ${buckets})`;
  const given = asked === null ? 'auto' : formatInterval(asked);
  throw new InvalidParameters([
    { parameter: 'interval', given, allowed: `at most ${MAX_BUCKETS} buckets, so ${least}` },
  ]);
}

/** Buckets from the one that holds `from` to the one that holds `last`. */
function bucketsBetween(from: number, last: number, interval: number): number {
  return Math.floor(last / interval) - Math.floor(from / interval) + 1;
}
