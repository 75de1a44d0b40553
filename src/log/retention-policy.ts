import type { Severity } from './severity';
import { DAY_US } from './timestamp';

/** How long records are kept. */
export interface RetentionPolicy {
  /** Days; 1 or more. */
  readonly days: number;
}

/** The time before which a record of this service and severity is expired, microseconds. It is kept from this time on. */
export function retentionCutoff(policy: RetentionPolicy, _service: string, _severity: Severity, now: number): number {
  return now - policy.days * DAY_US;
}
