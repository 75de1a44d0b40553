import type { mongo } from 'mongoose';
import { storedCount } from '../test/support/stored-records';
import { eventually } from '../test/support/eventually';
import { CHUNKS } from '../src/storage/chunk';
import { DEAD_LETTERS } from '../src/storage/schemas';

/** How long the slowest machine may take to store what a scenario sends, ms. */
const STORED_WITHIN_MS = 120_000;

/** Resolves with the time, ms, at which the store was first seen to hold so many records. */
export async function whenStored(db: mongo.Db, records: number): Promise<number> {
  const describe = `${records} records in the store`;
  const isStored = async (): Promise<boolean> => (await storedCount(db)) >= records;
  await eventually(isStored, { timeoutMs: STORED_WITHIN_MS, intervalMs: 25, describe });
  return Date.now();
}

/** Throws Error unless each service and severity has exactly as many records as were made of it, and nothing was refused. */
export async function checkStored(db: mongo.Db, made: ReadonlyMap<string, number>): Promise<void> {
  const groups = await db
    .collection(CHUNKS)
    .aggregate<{ _id: { service: string; severity: string }; count: number }>([
      { $group: { _id: { service: '$service', severity: '$severity' }, count: { $sum: '$count' } } },
    ])
    .toArray();
  const stored = new Map(groups.map(({ _id, count }) => [`${_id.service} ${_id.severity}`, count]));
  for (const key of new Set([...made.keys(), ...stored.keys()])) {
    const [expected = 0, found = 0] = [made.get(key), stored.get(key)];
    if (expected !== found) throw new Error(`${key}: ${expected} records sent, ${found} stored`);
  }
  const refused = await db.collection(DEAD_LETTERS).countDocuments();
  if (refused > 0) throw new Error(`${refused} dead letters`);
}

export interface StoredSize {
  readonly chunks: number;
  /** Bytes of the chunks as documents, before MongoDB's own compression. */
  readonly documentBytes: number;
  /** Bytes in the files of MongoDB, indexes included. */
  readonly fileBytes: number;
}

/** What the chunks take, after MongoDB has written everything into its files. */
export async function storedSize(db: mongo.Db): Promise<StoredSize> {
  await db.admin().command({ fsync: 1 });
  const [stats] = await db
    .collection(CHUNKS)
    .aggregate<{ storageStats: { count: number; size: number; storageSize: number; totalIndexSize: number } }>([
      { $collStats: { storageStats: {} } },
    ])
    .toArray();
  if (stats === undefined) throw new Error('the chunks have no statistics');
  const { count, size, storageSize, totalIndexSize } = stats.storageStats;
  return { chunks: count, documentBytes: size, fileBytes: storageSize + totalIndexSize };
}
