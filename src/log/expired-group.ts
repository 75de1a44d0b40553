import type { Severity } from './severity';

/** How much has expired. */
export interface Expired {
  readonly chunks: number;
  readonly records: number;
  /** Of the records, before compression. */
  readonly bytes: number;
  /** First and last time of the records, microseconds, both inclusive; null when there are none. */
  readonly from: number | null;
  readonly to: number | null;
}

/** What has expired of one service and severity; never nothing. */
export interface ExpiredGroup extends Expired {
  readonly service: string;
  readonly severity: Severity;
  readonly from: number;
  readonly to: number;
}

export const NOTHING_EXPIRED: Expired = { chunks: 0, records: 0, bytes: 0, from: null, to: null };

/** What the header of a chunk says of its records. */
interface Counted {
  readonly service: string;
  readonly severity: Severity;
  readonly count: number;
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

/** Adds up expired chunks, by service and severity. */
export class ExpiredTally {
  private readonly byGroup = new Map<string, ExpiredGroup>();
  private sum = NOTHING_EXPIRED;

  add(chunks: readonly Counted[]): void {
    for (const { service, severity, count, bytes, from, to } of chunks) {
      const key = `${severity} ${service}`;
      const one = { chunks: 1, records: count, bytes, from, to };
      const known = this.byGroup.get(key);
      this.byGroup.set(key, { ...(known === undefined ? one : plus(known, one)), service, severity });
      this.sum = plus(this.sum, one);
    }
  }

  get total(): Expired {
    return this.sum;
  }

  /** Those of the most records first, as {@link compareGroups} has it. */
  groups(): ExpiredGroup[] {
    return [...this.byGroup.values()].sort(compareGroups);
  }
}

/** The order of groups wherever they are listed: most records first, of equal ones by service, then by severity. */
export function compareGroups(a: ExpiredGroup, b: ExpiredGroup): number {
  return b.records - a.records || compareText(a.service, b.service) || compareText(a.severity, b.severity);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function plus<T extends Expired>(sum: Expired, one: T): Pick<T, keyof Expired> {
  return {
    ...one,
    chunks: sum.chunks + one.chunks,
    records: sum.records + one.records,
    bytes: sum.bytes + one.bytes,
    from: Math.min(sum.from ?? Infinity, one.from ?? Infinity),
    to: Math.max(sum.to ?? -Infinity, one.to ?? -Infinity),
  };
}
