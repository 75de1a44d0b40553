import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { LEASES } from './schemas';
import { StoreDatabase } from './store-database';
import { orUnavailable } from './store-unavailable';

/** Who does something that only one process does at a time. */
export interface LeaseDocument {
  /** What is done. */
  readonly _id: string;
  /** Null: nobody does it now. */
  readonly owner: string | null;
  /** When another may take it unless it is renewed. By MongoDB's clock, so those of the processes do not matter. */
  readonly expiresAt: Date;
}

export interface LeaseTaking {
  readonly isTaken: boolean;
  /** Who had it and did not renew it in time; null when it was free, or is not taken. */
  readonly takenFrom: string | null;
}

/**
 * Names a process for a job that one does at a time. A lease says who should work; it does not stop a process that was
 * frozen and wakes up after its lease went to another, so whatever is done under one must bear two for a moment.
 */
@Injectable()
export class Leases {
  private readonly leases: mongo.Collection<LeaseDocument>;

  constructor({ db }: StoreDatabase) {
    this.leases = db.collection<LeaseDocument>(LEASES);
  }

  /** Takes the lease where it is free, has run out, or is the owner's already. Rejects with `StoreUnavailable`. */
  async take(name: string, owner: string, milliseconds: number): Promise<LeaseTaking> {
    const mayTake = { $or: [{ $in: ['$owner', [null, owner]] }, { $lte: ['$expiresAt', '$$NOW'] }] };
    return orUnavailable(this.takeIf(mayTake, name, owner, milliseconds));
  }

  /** Makes a lease that is the owner's last on. False when it is not any more. Rejects with `StoreUnavailable`. */
  async renew(name: string, owner: string, milliseconds: number): Promise<boolean> {
    const update = [{ $set: { expiresAt: after(milliseconds) } }];
    return (await orUnavailable(this.leases.updateOne({ _id: name, owner }, update))).matchedCount === 1;
  }

  /** Gives it back, so that another need not wait until it runs out. Rejects with `StoreUnavailable`. */
  async release(name: string, owner: string): Promise<void> {
    await orUnavailable(this.leases.updateOne({ _id: name, owner }, { $set: { owner: null } }));
  }

  private async takeIf(condition: object, name: string, owner: string, milliseconds: number): Promise<LeaseTaking> {
    // An upsert must not have $expr, so the document is made beforehand.
    await this.leases.updateOne(
      { _id: name },
      { $setOnInsert: { owner: null, expiresAt: new Date(0) } },
      { upsert: true },
    );
    const update = [{ $set: { owner, expiresAt: after(milliseconds) } }];
    const before = await this.leases.findOneAndUpdate({ _id: name, $expr: condition }, update, {
      returnDocument: 'before',
      writeConcern: { w: 'majority' },
    });
    if (before === null) return { isTaken: false, takenFrom: null };
    return { isTaken: true, takenFrom: before.owner === owner ? null : before.owner };
  }
}

function after(milliseconds: number): object {
  return { $add: ['$$NOW', milliseconds] };
}
