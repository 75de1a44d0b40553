import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { v7 as uuidv7 } from 'uuid';
import { orUnavailable } from '../storage/store-unavailable';
import { dateOf } from './alert-counts';
import { AlertDatabase } from './alert-database';
import { type AlertDocument, type AlertLine, ALERTS } from './alert-documents';
import type { AlertSeries } from './alert-labels';
import type { AlertRule } from './alert-rule';
import type { AlertStep, OpenAlert } from './alert-state';
import type { Bucket } from './alert-window';

/** An open alert as it is kept. */
export type KeptAlert = AlertDocument & OpenAlert;
type Step<To extends AlertStep['to']> = Extract<AlertStep, { to: To }>;

const E11000 = 11_000;
const DURABLE = { writeConcern: { w: 'majority' } } as const;

/**
 * The alerts and their states. Every step is one update on one document, which applies only to the state that it was
 * decided on: of many monitors that decide the same step, one takes it, and is told so by `true`. The update that changes
 * the state also puts the notice into the outbox, so that neither is there without the other. Everything here rejects with
 * StoreUnavailable while MongoDB is away.
 */
@Injectable()
export class AlertStore {
  constructor(private readonly database: AlertDatabase) {}

  /** The open alerts of these series, by fingerprint. */
  async openOf(fingerprints: readonly string[]): Promise<Map<string, KeptAlert>> {
    const open = await this.find({ fingerprint: { $in: [...fingerprints] }, open: true });
    return new Map(open.map((alert) => [alert.fingerprint, alert]));
  }

  /** Open alerts that were held until before a time. */
  async heldUntilBefore(time: number, limit: number): Promise<KeptAlert[]> {
    return this.find({ open: true, heldUntil: { $lte: time } }, limit);
  }

  /** The newest alert of a series that fired and is over. */
  async lastResolved(fingerprint: string): Promise<AlertDocument | null> {
    const filter = { fingerprint, status: 'resolved' as const };
    return orUnavailable(this.alerts.findOne(filter, { sort: { _id: -1 } }));
  }

  /** ok -> pending; the alert that it made, or null where there is an open one already. */
  async begin(
    series: AlertSeries & { readonly fingerprint: string; readonly buckets: readonly Bucket[] },
    { lastSeen, heldUntil, peak }: Step<'pending' | 'same'>,
    { threshold, window }: AlertRule,
    after: number,
    now: number,
  ): Promise<KeptAlert | null> {
    const { fingerprint, rule, service, buckets } = series;
    const since = Math.min(...buckets.map(({ at }) => at).filter((at) => at > after), lastSeen);
    const kept = { lastSeen, heldUntil, peak, since, after, threshold, window };
    const untold = { startsAt: null, endsAt: null, lines: [], outbox: [], attempts: 0, sentAt: {} };
    const _id = uuidv7({ msecs: dateOf(now).getTime() });
    const document: KeptAlert = {
      ...{ _id, fingerprint, rule, service, status: 'pending', open: true },
      ...kept,
      ...untold,
    };
    return (await orUnavailable(this.insertUnlessOpen(document))) ? document : null;
  }

  /** pending -> firing. */
  async fire(
    { _id }: KeptAlert,
    { startsAt, lastSeen, heldUntil, peak }: Step<'firing'>,
    { threshold, window }: Pick<AlertRule, 'threshold' | 'window'>,
    lines: readonly AlertLine[],
    now: number,
  ): Promise<boolean> {
    return this.step(
      { _id, status: 'pending' },
      {
        $set: { status: 'firing', startsAt, heldUntil, threshold, window, lines, outbox: ['firing'], dueAt: now },
        $max: { lastSeen, peak },
      },
    );
  }

  /** Firing or pending goes on: there is more. */
  async goOn({ _id, status }: KeptAlert, { lastSeen, heldUntil, peak }: Step<'pending' | 'same'>): Promise<boolean> {
    return this.step({ _id, status }, { $max: { lastSeen, heldUntil, peak } });
  }

  /** firing -> resolved. */
  async resolve({ _id, heldUntil }: KeptAlert, { endsAt }: Step<'resolved'>, now: number): Promise<boolean> {
    // An earlier notice may still be in somebody's hand: then this one waits behind it.
    const fields = {
      status: 'resolved',
      endsAt,
      endedAt: dateOf(endsAt),
      outbox: { $concatArrays: ['$outbox', ['resolved']] },
      dueAt: { $ifNull: ['$dueAt', now] },
    };
    return this.step({ _id, status: 'firing', heldUntil }, [{ $set: fields }, { $unset: 'open' }]);
  }

  /** pending -> ok. */
  async forget({ _id, heldUntil }: KeptAlert): Promise<boolean> {
    const { deletedCount } = await orUnavailable(this.alerts.deleteOne({ _id, status: 'pending', heldUntil }, DURABLE));
    return deletedCount === 1;
  }

  private async insertUnlessOpen(document: AlertDocument): Promise<boolean> {
    try {
      await this.alerts.insertOne(document, DURABLE);
      return true;
    } catch (error) {
      if (error instanceof mongo.MongoServerError && error.code === E11000) return false;
      throw error;
    }
  }

  private async step(
    filter: mongo.Filter<AlertDocument>,
    update: mongo.UpdateFilter<AlertDocument> | mongo.Document[],
  ): Promise<boolean> {
    const found = await orUnavailable(
      this.alerts.findOneAndUpdate(filter, update, { ...DURABLE, projection: { _id: 1 } }),
    );
    return found !== null;
  }

  private async find(filter: mongo.Filter<AlertDocument>, limit = 0): Promise<KeptAlert[]> {
    const found = await orUnavailable(this.alerts.find(filter).limit(limit).toArray());
    return found.filter((alert): alert is KeptAlert => alert.status !== 'resolved');
  }

  private get alerts(): mongo.Collection<AlertDocument> {
    return this.database.collection<AlertDocument>(ALERTS);
  }
}
