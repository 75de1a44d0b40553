/** One bucket: records from `start` to before the next one's. */
export interface Bucket {
  /** Microseconds. */
  readonly start: number;
  readonly total: number;
  /** By group, without those that have none here. */
  readonly counts: Readonly<Record<string, number>>;
  /** Records of all groups that are not among the top ones of the histogram. */
  readonly other: number;
}

/** So many groups are told apart. */
export const TOP_GROUPS = 20;

type Groups = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** All buckets from the one that holds `from` to the one that holds `last`, empty ones too. Times in microseconds. */
export function makeBuckets(
  groups: Groups,
  isGrouped: boolean,
  from: number,
  last: number,
  interval: number,
): Bucket[] {
  const top = isGrouped ? topGroups(groups) : [];
  const totals = totalsByStart(groups);
  const buckets: Bucket[] = [];
  for (let start = Math.floor(from / interval) * interval; start <= last; start += interval) {
    const counts = Object.create(null) as Record<string, number>; // a service may be called __proto__
    let named = 0;
    for (const [group, starts] of top) {
      const count = starts.get(start) ?? 0;
      if (count === 0) continue;
      counts[group] = count;
      named += count;
    }
    const total = totals.get(start) ?? 0;
    buckets.push({ start, total, counts, other: isGrouped ? total - named : 0 });
  }
  return buckets;
}

function totalsByStart(groups: Groups): Map<number, number> {
  const totals = new Map<number, number>();
  for (const starts of groups.values()) {
    for (const [start, count] of starts) totals.set(start, (totals.get(start) ?? 0) + count);
  }
  return totals;
}

/** Those with the most records over all; of equal ones the first by name. */
function topGroups(groups: Groups): (readonly [string, ReadonlyMap<number, number>])[] {
  return Array.from(groups, ([group, starts]) => ({ group, starts, total: sum([...starts.values()]) }))
    .sort((a, b) => b.total - a.total || (a.group < b.group ? -1 : 1))
    .slice(0, TOP_GROUPS)
    .map(({ group, starts }) => [group, starts] as const);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
