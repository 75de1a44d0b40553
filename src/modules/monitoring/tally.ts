import type { AlertLine } from '../../alerts/alert-documents';
import { KEPT_LINES, type SeriesCount } from '../../alerts/alert-counts';
import { type AlertSeries, fingerprintOf } from '../../alerts/alert-labels';
import { type AlertRule, bucketOf, countedTime, ruleNameOf } from '../../alerts/alert-rule';
import { cutToBytes } from '../../log/limits';
import type { Watched } from './watched-message';

export interface TallyLimits {
  /** Series that are counted within one window; a record of another one is not. */
  readonly series: number;
  /** Buckets held at once, over all series. */
  readonly buckets: number;
}

/** What keeps the memory of a monitor within some 20 MB, whatever arrives. */
const TALLY_LIMITS: TallyLimits = { series: 1_000, buckets: 100_000 };
/** A line in a notice is no longer, in bytes. */
const LINE_BYTES = 512;

/** Why records are not counted. */
export type Uncounted = 'late' | 'too_many_services' | 'too_many_buckets';

interface Series extends AlertSeries {
  readonly buckets: Map<number, number>;
  lines: AlertLine[];
}

/** What was counted since it was last asked. */
export interface Tallied {
  readonly series: readonly SeriesCount[];
  readonly uncounted: ReadonlyMap<Uncounted, number>;
}

/** Counts records in memory, per series and bucket, until they are taken away. Bounded; what does not fit is told. */
export class Tally {
  private series = new Map<string, Series>();
  private buckets = 0;
  private uncounted = new Map<Uncounted, number>();
  /** When a record of each series was counted last. */
  private readonly known = new Map<string, number>();

  constructor(
    private readonly rules: readonly AlertRule[],
    private readonly limits: TallyLimits = TALLY_LIMITS,
  ) {}

  add({ service, severity, times, last }: Watched, now: number): void {
    const name = ruleNameOf(severity);
    const rule = this.rules.find((one) => one.name === name);
    if (rule === undefined) return;
    const counted = times.map((time) => countedTime(time, now, rule)).filter((time) => time !== null);
    this.miss('late', times.length - counted.length);
    if (counted.length === 0) return;
    const series = this.seriesOf({ rule: rule.name, service }, now);
    if (series === null) return this.miss('too_many_services', counted.length);
    for (const time of counted) this.count(series, bucketOf(time, rule));
    const lines = last.map(({ timestamp, body }) => ({ at: timestamp, severity, body: cutToBytes(body, LINE_BYTES) }));
    series.lines = [...series.lines, ...lines].slice(-KEPT_LINES);
  }

  /** Hands over what was counted and begins anew. */
  take(now: number): Tallied {
    const series = Array.from(this.series.values(), toCount);
    const uncounted = this.uncounted;
    this.series = new Map();
    this.uncounted = new Map();
    this.buckets = 0;
    const silentSince = now - Math.max(0, ...this.rules.map(({ window }) => window));
    for (const [key, at] of this.known) if (at < silentSince) this.known.delete(key);
    return { series, uncounted };
  }

  private seriesOf({ rule, service }: AlertSeries, now: number): Series | null {
    const key = `${rule} ${service}`;
    if (!this.known.has(key) && this.known.size >= this.limits.series) return null;
    this.known.set(key, now);
    const found = this.series.get(key);
    if (found !== undefined) return found;
    const made = { rule, service, buckets: new Map<number, number>(), lines: [] };
    this.series.set(key, made);
    return made;
  }

  private count({ buckets }: Series, at: number): void {
    const before = buckets.get(at);
    if (before === undefined && this.buckets >= this.limits.buckets) return this.miss('too_many_buckets', 1);
    if (before === undefined) this.buckets++;
    buckets.set(at, (before ?? 0) + 1);
  }

  private miss(reason: Uncounted, count: number): void {
    if (count > 0) this.uncounted.set(reason, (this.uncounted.get(reason) ?? 0) + count);
  }
}

function toCount({ rule, service, buckets, lines }: Series): SeriesCount {
  const ascending = Array.from(buckets, ([at, count]) => ({ at, count })).sort((a, b) => a.at - b.at);
  return { fingerprint: fingerprintOf({ rule, service }), rule, service, buckets: ascending, lines };
}
