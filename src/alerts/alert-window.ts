import type { AlertRule } from './alert-rule';

/** How many records of a service began in one bucket of time. */
export interface Bucket {
  /** The beginning of the bucket, microseconds. */
  readonly at: number;
  readonly count: number;
}

/** What a rule finds in the buckets of a service. Times are beginnings of buckets. */
export interface Finding {
  /** The last bucket with a record in it. */
  readonly lastSeen: number;
  /** The first and the last bucket whose records completed a window that reaches the threshold; null: none did. */
  readonly reached: { readonly first: number; readonly last: number } | null;
  /** The most records in one window. */
  readonly peak: number;
}

/**
 * Slides the rule's window over the buckets (in any order) and judges the windows that end in a bucket at `from` or
 * later. A window takes in every bucket it touches: records no further apart than the window always count together, and
 * such as are further apart by up to one bucket may. Null when there is no record.
 */
export function findInBuckets(
  given: readonly Bucket[],
  { threshold, window }: Pick<AlertRule, 'threshold' | 'window'>,
  from: number,
): Finding | null {
  const buckets = given.filter(({ count }) => count > 0).sort((a, b) => a.at - b.at);
  let sum = 0;
  let oldest = 0;
  let peak = 0;
  const reached: number[] = [];
  for (const { at, count } of buckets) {
    sum += count;
    for (let left = buckets[oldest]; left !== undefined && left.at < at - window; left = buckets[++oldest]) {
      sum -= left.count;
    }
    if (at < from) continue;
    peak = Math.max(peak, sum);
    if (sum >= threshold) reached.push(at);
  }
  const lastSeen = buckets.at(-1)?.at;
  const [first] = reached;
  const last = reached.at(-1);
  const span = first === undefined || last === undefined ? null : { first, last };
  return lastSeen === undefined ? null : { lastSeen, reached: span, peak };
}
