import { SECOND_US } from '../log/timestamp';
import type { AlertRule } from './alert-rule';
import type { Finding } from './alert-window';

/*
 * The life of an alert, one for each rule and service:
 *
 *                 a record                 the threshold is reached
 *   ok ---------------------> pending ------------------------------> firing ----+
 *   ^                            |                                      |  ^     | reached again: goes on
 *   |    a window without one    |                                      |  +-----+
 *   +----------------------------+          a whole window has passed   |
 *   ^                                       since it was last reached   |
 *   +------------------------- resolved <-------------------------------+
 *
 * - ok: there is no open alert. Nothing is kept.
 * - pending: there are records, but fewer than the threshold. Shown, told to nobody, forgotten when it ends.
 * - firing: so many records happened within one window. The step into it is told once, and never again while it fires.
 * - resolved: over. The step into it is told once; kept as a past alert. Records from then on begin a new alert and are
 *   counted anew.
 *
 * "Since it was last reached" and not "while the window holds fewer" is what keeps a rate near the threshold from
 * ringing on and off. An ending is believed only by a monitor that has watched, without a gap, for as long as the ending
 * takes: one that has just started, or had lost the broker or the store, has not seen what may wait for it.
 */

export type AlertStatus = 'pending' | 'firing' | 'resolved';

/** What the next step depends on. Times in microseconds. */
export interface OpenAlert {
  readonly status: Exclude<AlertStatus, 'resolved'>;
  readonly lastSeen: number;
  readonly peak: number;
  /** When it ends unless more comes. */
  readonly heldUntil: number;
}

export type AlertStep =
  | { readonly to: 'pending' | 'same'; readonly lastSeen: number; readonly heldUntil: number; readonly peak: number }
  | {
      readonly to: 'firing';
      readonly startsAt: number;
      readonly lastSeen: number;
      readonly heldUntil: number;
      readonly peak: number;
    }
  | { readonly to: 'resolved'; readonly endsAt: number }
  | { readonly to: 'ok' };

/** Who judges, and when. */
export interface Watch {
  readonly now: number;
  /** Since when this monitor has watched without a gap. */
  readonly since: number;
}

/** What is on its way through source, queue and monitors arrives within this time. */
const SETTLE = 2 * SECOND_US;

/**
 * The next step of an alert (null: ok) after a finding, or null when it stays as it is. Each step is taken by its own; ask
 * again afterwards.
 */
export function afterFinding(alert: OpenAlert | null, finding: Finding, rule: AlertRule): AlertStep | null {
  const { lastSeen, reached, peak } = finding;
  const end = (at: number): number => at + rule.bucket + rule.window;
  if (alert === null) return { to: 'pending', lastSeen, heldUntil: end(lastSeen), peak };
  const more = { lastSeen: Math.max(alert.lastSeen, lastSeen), peak: Math.max(alert.peak, peak) };
  if (alert.status === 'pending' && reached !== null) {
    return { to: 'firing', startsAt: reached.first, heldUntil: end(reached.last), ...more };
  }
  const holdsFrom = alert.status === 'pending' ? lastSeen : reached?.last;
  const heldUntil = holdsFrom === undefined ? alert.heldUntil : Math.max(alert.heldUntil, end(holdsFrom));
  const isSame = heldUntil === alert.heldUntil && more.lastSeen === alert.lastSeen && more.peak === alert.peak;
  return isSame ? null : { to: 'same', heldUntil, ...more };
}

/** The step that mere time brings, or null when it is not due. */
export function afterCalm({ status, heldUntil }: OpenAlert, { window }: AlertWindow, watch: Watch): AlertStep | null {
  const due = Math.max(heldUntil, watch.since + window) + SETTLE;
  if (watch.now < due) return null;
  return status === 'firing' ? { to: 'resolved', endsAt: heldUntil } : { to: 'ok' };
}

type AlertWindow = Pick<AlertRule, 'window'>;

/** No alert held until later than this has a step due. */
export function calmBefore({ now }: Watch): number {
  return now - SETTLE;
}
