import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';
import { MILLISECOND_US, SECOND_US } from '../log/timestamp';
import { orUnavailable } from './store-unavailable';

/** A heartbeat is written once a second; one older than this, microseconds, is of a collector that hangs, or is gone. */
export const STALE_AFTER_US = 5 * SECOND_US;

/** What a collector tells of itself once a second. Times in microseconds since the Unix epoch. */
export interface Heartbeat {
  /** Which collector; another one after every start. */
  readonly instance: string;
  /** What it tells holds for this time, by the collector's clock; it was written just after. */
  readonly at: number;
  /** When the oldest message in hand was made; null when none in hand says. */
  readonly oldestInHand: number | null;
  /** When the newest message delivered so far was made; null before the first. */
  readonly newestDelivered: number | null;
  /** Messages in LogQueue that wait for a collector; null when the broker could not be asked. */
  readonly ready: number | null;
  /** Messages in hand, not yet durable. */
  readonly inHand: number;
}

/** A heartbeat as it is kept: one document an instance. */
export interface HeartbeatDocument extends Omit<Heartbeat, 'instance'> {
  readonly _id: string;
  /** `at` as a date, for its expiry. */
  readonly seenAt: Date;
}

/**
 * The last heartbeat of every collector. That of one which stopped in order is gone; that of one which crashed stays, as
 * what it had in hand may not be stored yet, and expires by itself after some hours.
 */
@Injectable()
export class Heartbeats {
  constructor(@InjectModel('Heartbeat') private readonly model: Model<HeartbeatDocument>) {}

  /** Replaces the instance's last heartbeat. Not durable: the next one comes in a second. */
  async write({ instance, ...heartbeat }: Heartbeat): Promise<void> {
    const document = { _id: instance, ...heartbeat, seenAt: new Date(Math.floor(heartbeat.at / MILLISECOND_US)) };
    const options = { upsert: true, writeConcern: { w: 1 } } as const;
    await orUnavailable(this.model.replaceOne({ _id: instance }, document, options).exec());
  }

  /** The last heartbeat of every instance, in no order. Rejects with {@link StoreUnavailable}. */
  async readAll(): Promise<Heartbeat[]> {
    const documents = await orUnavailable(this.model.find().lean<HeartbeatDocument[]>().exec());
    return documents.map(({ _id, at, oldestInHand, newestDelivered, ready, inHand }) => ({
      instance: _id,
      at,
      oldestInHand,
      newestDelivered,
      ready,
      inHand,
    }));
  }

  /**
   * Forgets the instances that were last heard of before a time, microseconds. For a collector that has seen the queue
   * empty since: what they had in hand has been delivered to others.
   */
  async removeBefore(time: number): Promise<void> {
    const seenAt = { $lt: new Date(Math.floor(time / MILLISECOND_US)) };
    await orUnavailable(this.model.deleteMany({ seenAt }).exec());
  }

  /** Forgets an instance that has stopped with nothing in hand. */
  async remove(instance: string): Promise<void> {
    await orUnavailable(this.model.deleteOne({ _id: instance }).exec());
  }
}
