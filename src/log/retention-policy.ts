import type { RetentionRules } from './retention-rules';
import { type Severity, SEVERITIES } from './severity';
import { DAY_US, HOUR_US } from './timestamp';

/** How long records are kept. */
export interface RetentionPolicy {
  /** Days, where no rule says otherwise; 1 or more. */
  readonly days: number;
  /** Absent: none. */
  readonly rules?: RetentionRules;
}

/** No record has it, so no rule names it: it stands for every service that no rule names. */
const ANY_OTHER = '';

/** Days that records of this service and severity are kept. */
export function retentionDays({ days, rules }: RetentionPolicy, service: string, severity: Severity): number {
  return rules?.daysFor(service, severity) ?? days;
}

/**
 * The time before which a record of this service and severity is expired, microseconds. It is kept from this time on.
 * Nothing before the second hour of 1970 is kept under any policy: such a time is a clock that was never set, and hour 0
 * in the id of a part stands for records without a time of their own.
 */
export function retentionCutoff(policy: RetentionPolicy, service: string, severity: Severity, now: number): number {
  return cutoffOf(retentionDays(policy, service, severity), now);
}

/**
 * The time before which every record of these services and severities is expired, microseconds: the cutoff of what is kept
 * longest. Null stands for all services.
 */
export function earliestCutoff(
  policy: RetentionPolicy,
  { services, severities }: { readonly services: readonly string[] | null; readonly severities: readonly Severity[] },
  now: number,
): number {
  let longest = 0;
  for (const service of services ?? [ANY_OTHER, ...(policy.rules?.services ?? [])]) {
    for (const severity of severities) longest = Math.max(longest, retentionDays(policy, service, severity));
  }
  return cutoffOf(longest, now);
}

/** No record before this time is kept, whatever its service and severity; microseconds. Cheap enough for every message. */
export function longestCutoff({ days, rules }: RetentionPolicy, now: number): number {
  return cutoffOf(Math.max(days, rules?.longest ?? 0), now);
}

/** Services and severities that share a cutoff. */
export interface CutoffScope {
  /** These services; null: all but `otherThan`. */
  readonly services: readonly string[] | null;
  readonly otherThan: readonly string[];
  readonly severities: readonly Severity[];
  /** Microseconds. */
  readonly cutoff: number;
}

/** The policy as few scopes; every service and severity is in exactly one, with its {@link retentionCutoff}. */
export function cutoffScopes(policy: RetentionPolicy, now: number): CutoffScope[] {
  const otherThan = policy.rules?.services ?? [];
  const scopes = severitiesByDays(policy, ANY_OTHER).map(([days, severities]): CutoffScope => ({
    services: null,
    otherThan,
    severities,
    cutoff: cutoffOf(days, now),
  }));
  const named = new Map<string, { days: number; severities: readonly Severity[]; services: string[] }>();
  for (const service of otherThan) {
    for (const [days, severities] of severitiesByDays(policy, service)) {
      const key = JSON.stringify([days, severities]);
      const scope = named.get(key);
      if (scope === undefined) named.set(key, { days, severities, services: [service] });
      else scope.services.push(service);
    }
  }
  for (const { days, severities, services } of named.values()) {
    scopes.push({ services, otherThan: [], severities, cutoff: cutoffOf(days, now) });
  }
  return scopes;
}

function severitiesByDays(policy: RetentionPolicy, service: string): (readonly [days: number, Severity[]])[] {
  const byDays = new Map<number, Severity[]>();
  for (const severity of SEVERITIES) {
    const days = retentionDays(policy, service, severity);
    byDays.set(days, [...(byDays.get(days) ?? []), severity]);
  }
  return [...byDays];
}

function cutoffOf(days: number, now: number): number {
  return Math.max(HOUR_US, now - days * DAY_US);
}
