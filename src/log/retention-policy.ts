import type { Severity } from './severity';
import { DAY_US, HOUR_US } from './timestamp';

/** How long records are kept. */
export interface RetentionPolicy {
  /** Days; 1 or more. */
  readonly days: number;
}

/**
 * The time before which a record of this service and severity is expired, microseconds. It is kept from this time on.
 * Nothing before the second hour of 1970 is kept under any policy: such a time is a clock that was never set, and hour 0
 * in the id of a part stands for records without a time of their own.
 */
export function retentionCutoff(policy: RetentionPolicy, _service: string, _severity: Severity, now: number): number {
  return Math.max(HOUR_US, now - policy.days * DAY_US);
}
