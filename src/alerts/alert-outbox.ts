import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { SECOND_US } from '../log/timestamp';
import { orUnavailable } from '../storage/store-unavailable';
import { AlertDatabase } from './alert-database';
import { type AlertDocument, ALERTS, type NoticeStatus } from './alert-documents';

/** A notice that its holder alone may send, until its lease ends. */
export interface ClaimedNotice {
  readonly alert: AlertDocument;
  readonly status: NoticeStatus;
  /** Failed tries before this one. */
  readonly attempts: number;
  /** Whether somebody else had claimed it, and neither sent it nor gave it back: it may have been sent. */
  readonly isTakenOver: boolean;
}

/** Somebody else may send a notice so long after it was claimed, microseconds. */
export const LEASE = 30 * SECOND_US;

const DURABLE = { writeConcern: { w: 'majority' } } as const;

/**
 * The notices that are to be sent. The outbox of an alert is a field of its document, and its notices go out in their
 * order. Whoever claims one has it alone for the time of {@link LEASE}; whoever ends in between loses it to the next who
 * asks, so that every notice is sent at least once, and once where nobody ends. Leases compare the clocks of the monitors:
 * they must not differ by more than some seconds. Everything here rejects with StoreUnavailable while MongoDB is away.
 */
@Injectable()
export class AlertOutbox {
  constructor(private readonly database: AlertDatabase) {}

  /** The notice that is due for the longest time; null when none is due. */
  async claim(claimant: string, now: number): Promise<ClaimedNotice | null> {
    const before = await orUnavailable(
      this.alerts.findOneAndUpdate(
        { dueAt: { $lte: now } },
        { $set: { dueAt: now + LEASE, claim: claimant } },
        { ...DURABLE, sort: { dueAt: 1 }, returnDocument: 'before' },
      ),
    );
    const [status] = before?.outbox ?? [];
    if (before === null || status === undefined) return null;
    return { alert: before, status, attempts: before.attempts, isTakenOver: before.claim !== undefined };
  }

  /** Takes a notice out. False when somebody else has taken it over meanwhile. */
  async sent(notice: ClaimedNotice, claimant: string, now: number): Promise<boolean> {
    return this.takeOut(notice, claimant, now, { [`sentAt.${notice.status}`]: now });
  }

  /** Takes a notice out that was not sent and never will be. */
  async givenUp(notice: ClaimedNotice, claimant: string, now: number): Promise<boolean> {
    return this.takeOut(notice, claimant, now, {});
  }

  /** Gives a notice back, to be tried again by anybody at `dueAt`. */
  async giveBack({ alert }: ClaimedNotice, claimant: string, dueAt: number, failed: boolean): Promise<void> {
    const update = { $set: { dueAt }, $unset: { claim: '' }, $inc: { attempts: failed ? 1 : 0 } } as const;
    await orUnavailable(this.alerts.updateOne({ _id: alert._id, claim: claimant }, update, DURABLE));
  }

  private async takeOut(
    { alert }: ClaimedNotice,
    claimant: string,
    now: number,
    fields: Record<string, number>,
  ): Promise<boolean> {
    const rest = { $slice: ['$outbox', 1, { $max: [1, { $size: '$outbox' }] }] };
    const isMore = { $gt: [{ $size: '$outbox' }, 1] };
    const { matchedCount } = await orUnavailable(
      this.alerts.updateOne(
        { _id: alert._id, claim: claimant },
        [
          { $set: { ...fields, attempts: 0, dueAt: { $cond: [isMore, now, '$$REMOVE'] }, outbox: rest } },
          { $unset: 'claim' },
        ],
        DURABLE,
      ),
    );
    return matchedCount === 1;
  }

  private get alerts(): mongo.Collection<AlertDocument> {
    return this.database.collection<AlertDocument>(ALERTS);
  }
}
