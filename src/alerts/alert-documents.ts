import type { mongo } from 'mongoose';
import type { Severity } from '../log/severity';
import type { CollectionPlan } from '../storage/ensure-collections';
import type { AlertRuleName } from './alert-rule';
import type { AlertStatus } from './alert-state';

export const ALERTS = 'alerts';
export const ALERT_COUNTS = 'alert_counts';
export const ALERT_LINES = 'alert_lines';

/** One of the last records of a service, its body cut. */
export interface AlertLine {
  /** Microseconds since the Unix epoch. */
  readonly at: number;
  readonly severity: Severity;
  readonly body: string;
}

/** What is told of an alert. */
export type NoticeStatus = 'firing' | 'resolved';

/** One alert, from its first record on. Times in microseconds since the Unix epoch. */
export interface AlertDocument {
  /** UUIDv7: the newest alert has the greatest. */
  readonly _id: string;
  readonly fingerprint: string;
  readonly rule: AlertRuleName;
  readonly service: string;
  readonly status: AlertStatus;
  /** True while it is pending or firing, then absent: a series has one open alert at most (unique partial index). */
  readonly open?: true;
  /** When the record happened that began it. */
  readonly since: number;
  /** Records up to this bucket belong to the alert before. */
  readonly after: number;
  readonly lastSeen: number;
  readonly heldUntil: number;
  readonly peak: number;
  readonly threshold: number;
  readonly window: number;
  /** When the threshold was reached, and when that was over. */
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  /** The last lines before it fired, oldest first. */
  readonly lines: readonly AlertLine[];
  /** The notices that are still to be sent, in order; written by the same update that changes the status. */
  readonly outbox: readonly NoticeStatus[];
  /** When the first of the outbox may be sent, or sent by somebody else than who claimed it; absent: nothing is to be sent. */
  readonly dueAt?: number;
  /** Who claimed it. */
  readonly claim?: string;
  /** Failed tries of the first of the outbox. */
  readonly attempts: number;
  /** When each notice was sent. */
  readonly sentAt: { readonly firing?: number; readonly resolved?: number };
  /** `endsAt` as a date, for its expiry. */
  readonly endedAt?: Date;
}

/** How many records of a series began in a bucket, added up over all monitors. */
export interface CountDocument {
  /** Fingerprint and beginning of the bucket. */
  readonly _id: string;
  readonly fingerprint: string;
  readonly rule: AlertRuleName;
  readonly service: string;
  readonly at: number;
  readonly count: number;
  /** By monitor: its last batch that is contained in `count`; so that a batch sent twice counts once. */
  readonly applied: Readonly<Record<string, number>>;
  /** True until somebody has judged what was counted last. */
  readonly fresh?: true;
  readonly writtenAt: number;
  readonly expiresAt: Date;
}

/** The last lines of a series. */
export interface LinesDocument {
  /** The fingerprint. */
  readonly _id: string;
  readonly lines: readonly AlertLine[];
  /** By monitor: its last batch whose lines were added. */
  readonly applied: Readonly<Record<string, number>>;
  readonly expiresAt: Date;
}

const DAY_SECONDS = 86_400;

/** The collections, with `retentionDays` for what is over. */
export function alertPlans(retentionDays: number): CollectionPlan[] {
  return [
    {
      name: ALERTS,
      indexes: [
        index({ fingerprint: 1, open: 1 }, { unique: true, partialFilterExpression: { open: true } }),
        index({ fingerprint: 1, _id: -1 }),
        index({ heldUntil: 1 }, { partialFilterExpression: { open: true } }),
        index({ dueAt: 1 }, { sparse: true }),
        index({ service: 1, _id: -1 }),
        index({ status: 1, _id: -1 }),
      ],
      expiry: { field: 'endedAt', seconds: retentionDays * DAY_SECONDS },
    },
    {
      name: ALERT_COUNTS,
      indexes: [
        index({ fingerprint: 1, at: 1 }),
        index({ writtenAt: 1 }, { partialFilterExpression: { fresh: true } }),
      ],
      expiry: { field: 'expiresAt', seconds: 0 },
    },
    { name: ALERT_LINES, indexes: [], expiry: { field: 'expiresAt', seconds: 0 } },
  ];
}

function index(
  key: Record<string, 1 | -1>,
  options: mongo.CreateIndexesOptions = {},
): CollectionPlan['indexes'][number] {
  return { key, options };
}
