import type { Config } from '../config/config';
import { atLeast, type Severity } from '../log/severity';
import { MILLISECOND_US, SECOND_US } from '../log/timestamp';

/** `error`: records of severity error or worse; `warn`: warnings, which have a rule of their own. */
export type AlertRuleName = 'error' | 'warn';

/** So many records of one service, whose timestamps lie within a window, make an alert. Times in microseconds. */
export interface AlertRule {
  readonly name: AlertRuleName;
  readonly threshold: number;
  readonly window: number;
  /** Length of the buckets in which records are counted; the window is a whole number of them. */
  readonly bucket: number;
}

const MOST_BUCKETS = 50;
const SHORTEST_BUCKET = 100 * MILLISECOND_US;

/**
 * A record may reach a monitor so much later than a window after it happened, and still count: as long as MonitoringQueue
 * keeps what waits in it, so that a restart of the monitors loses no alert. What is older still is a backlog being
 * drained, and pages nobody.
 */
export const GRACE = 60 * SECOND_US;

/** The rules that are on. */
export function rulesOf({ threshold, warnThreshold, windowMs }: Config['alerts']): readonly AlertRule[] {
  const window = windowMs * MILLISECOND_US;
  const bucket = bucketLength(window);
  const rules: AlertRule[] = [
    { name: 'error', threshold, window, bucket },
    { name: 'warn', threshold: warnThreshold, window, bucket },
  ];
  return rules.filter((rule) => rule.threshold > 0);
}

/** The length of the buckets of a window of whole seconds, such that the window is a whole number of them. */
export function bucketLength(window: number): number {
  return window / Math.min(MOST_BUCKETS, window / SHORTEST_BUCKET);
}

/** The name of the rule that watches records of a severity; null when none does. */
export function ruleNameOf(severity: Severity): AlertRuleName | null {
  if (atLeast(severity, 'error')) return 'error';
  return severity === 'warn' ? 'warn' : null;
}

/** The beginning of the bucket that holds a time. */
export function bucketOf(time: number, { bucket }: Pick<AlertRule, 'bucket'>): number {
  return time - (((time % bucket) + bucket) % bucket);
}

/**
 * The time under which a record counts that a monitor meets at `now`; null when it is too late to count. A time ahead of
 * the monitor's clock counts as now: a service whose clock is fast has alerts too.
 */
export function countedTime(timestamp: number, now: number, { window }: Pick<AlertRule, 'window'>): number | null {
  if (timestamp < now - window - GRACE) return null;
  return Math.min(timestamp, now);
}
