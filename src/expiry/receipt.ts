import type { Expired, ExpiredGroup } from '../log/expired-group';
import type { RetentionPolicy } from '../log/retention-policy';
import type { RetentionRule } from '../log/retention-rules';

/**
 * What has become of a run. It begins as `running` and ends as one of the others:
 * - `completed`: everything that had expired was looked at;
 * - `stopped`: its process was told to stop, or another had taken over its lease;
 * - `failed`: an error, most likely the store's absence;
 * - `interrupted`: its process ended without a word; the next run found this out.
 * Whatever the state, what the receipt says was removed is exactly what was removed.
 */
export type RunState = 'running' | 'completed' | 'stopped' | 'failed' | 'interrupted';

/** The rules of a run, as data. */
export interface PolicyOnReceipt {
  readonly days: number;
  readonly rules: readonly RetentionRule[];
}

/** The account of one run. */
export interface Receipt {
  /** UUIDv7. */
  readonly id: string;
  readonly state: RunState;
  /** Microseconds; the moment from which the run's cutoffs are counted. */
  readonly startedAt: number;
  /** Microseconds; null while it runs. Of an interrupted run: when that was found out. */
  readonly finishedAt: number | null;
  /** Which process; another one after every start. */
  readonly runner: string;
  readonly policy: PolicyOnReceipt;
  readonly total: Expired;
  /** Why it failed; null when it did not. */
  readonly error: string | null;
}

/** A receipt with what it says of each service and severity. */
export interface FullReceipt extends Receipt {
  /** Those of the most records first. */
  readonly groups: readonly ExpiredGroup[];
  /** How many more groups there are. */
  readonly otherGroups: number;
}

export function policyOnReceipt({ days, rules }: RetentionPolicy): PolicyOnReceipt {
  return {
    days,
    rules: (rules?.all ?? []).map(({ service, severity, days: kept }) => ({ service, severity, days: kept })),
  };
}

/** Whether two policies are the same, whatever the order of their rules. */
export function isSamePolicy(a: PolicyOnReceipt, b: PolicyOnReceipt): boolean {
  return canonical(a) === canonical(b);
}

function canonical({ days, rules }: PolicyOnReceipt): string {
  const texts = rules.map(({ service, severity, days: kept }) => JSON.stringify([service, severity, kept]));
  return JSON.stringify([days, texts.sort()]);
}
