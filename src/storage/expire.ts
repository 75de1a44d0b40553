import { Injectable } from '@nestjs/common';
import type { Binary } from 'mongodb';
import type { mongo } from 'mongoose';
import { type ExpiredGroup, ExpiredTally } from '../log/expired-group';
import { type CutoffScope, cutoffScopes, type RetentionPolicy } from '../log/retention-policy';
import type { Chunk, ChunkHeader } from './chunk';
import { ChunkCollection } from './chunk-collection';
import { SPANS } from './read-finds';
import { StoreDatabase } from './store-database';

/** What is told of an expired chunk. */
export type ExpiredChunk = Pick<ChunkHeader, '_id' | 'service' | 'severity' | 'from' | 'to' | 'count' | 'bytes'>;

/** Writes down what is removed, in the session's transaction and so together with it. May be called again. */
export type Account = (removed: readonly ExpiredGroup[], session: mongo.ClientSession) => Promise<void>;

/** Chunks removed by one transaction, so that it takes well below a second and no search waits for it. */
const CHUNKS_AT_ONCE = 500;
const HEADER = { service: 1, severity: 1, from: 1, to: 1, count: 1, bytes: 1 } as const;
const DURABLE = { readConcern: { level: 'snapshot' }, writeConcern: { w: 'majority', j: true } } as const;

/**
 * The chunks all of whose records have expired. Searches hide single expired records in the meantime, so a chunk may wait
 * until all of it has.
 */
@Injectable()
export class ChunkExpiry {
  constructor(
    private readonly database: StoreDatabase,
    private readonly chunks: ChunkCollection,
  ) {}

  /**
   * The chunks that have expired at `now` (microseconds) under the policy, some at a time, roughly by service and severity.
   * Not as of one moment: those stored or removed meanwhile may be among them or not.
   *
   * @param maxTimeMs how long MongoDB may work on each part of the policy; when it is over, what is awaited rejects
   */
  async *expired(policy: RetentionPolicy, now: number, maxTimeMs?: number): AsyncGenerator<ExpiredChunk[], void> {
    for (const scope of cutoffScopes(policy, now)) {
      const cursor = this.chunks.native
        .find(expiredIn(scope), {
          ...EXPIRED_HINT,
          batchSize: CHUNKS_AT_ONCE,
          ...(maxTimeMs && { maxTimeMS: maxTimeMs }),
        })
        .project<ExpiredChunk>(HEADER);
      try {
        for (let first = await cursor.next(); first !== null; first = await cursor.next()) {
          yield [first, ...cursor.readBufferedDocuments()];
        }
      } finally {
        await cursor.close();
      }
    }
  }

  /**
   * Removes those of the chunks that are still there, and has them accounted for, both or neither, whatever crashes.
   * Resolves, with what was removed, once that is on the disks of a majority. Rejects with what `account` rejects with,
   * and with the driver's error when the store is away: then it is not known whether it was done.
   *
   * @param ids at most those of one {@link expired}
   * @param signal ends the tries, which go on for up to two minutes while the store is away; then this rejects
   */
  async remove(ids: readonly Binary[], account: Account, signal?: AbortSignal): Promise<ExpiredGroup[]> {
    return this.database.client.withSession((session) =>
      session.withTransaction(async () => {
        signal?.throwIfAborted();
        const tally = new ExpiredTally();
        tally.add(await this.take(ids, session));
        const removed = tally.groups();
        await account(removed, session);
        return removed;
      }, DURABLE),
    );
  }

  private async take(ids: readonly Binary[], session: mongo.ClientSession): Promise<ExpiredChunk[]> {
    const meant: mongo.Filter<Chunk> = { _id: { $in: ids } };
    const found = await this.chunks.native.find(meant, { session }).project<ExpiredChunk>(HEADER).toArray();
    const { deletedCount } = await this.chunks.native.deleteMany(meant, { session });
    if (deletedCount !== found.length) throw new Error(`removed ${deletedCount} chunks of ${found.length}`); // never, in a snapshot
    return found;
  }
}

/** By service and severity, so that what a rule keeps longer is skipped in the index instead of being read. */
export const EXPIRED_HINT = { hint: { span: 1, service: 1, severity: 1, to: -1 } } as const;

export function expiredIn({ services, otherThan, severities, cutoff }: CutoffScope): mongo.Filter<Chunk> {
  const named = services === null ? { $nin: otherThan } : { $in: services };
  return {
    span: { $in: SPANS },
    ...(services !== null || otherThan.length > 0 ? { service: named } : {}),
    severity: { $in: severities },
    to: { $lt: cutoff },
  };
}
