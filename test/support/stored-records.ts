import type { mongo } from 'mongoose';
import type { LogRecord } from '../../src/log/log-record';
import { CHUNKS, type Chunk } from '../../src/storage/chunk';
import { recordsOf } from '../../src/storage/open-block';

/** Every record in the store, read from its chunks without the search role, so that a test does not trust what it tests. */
export async function storedRecords(db: mongo.Db): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for await (const chunk of db.collection<Chunk>(CHUNKS).find()) records.push(...recordsOf(chunk));
  return records;
}

/** How many records the headers of the chunks count. Cheap enough to ask again and again. */
export async function storedCount(db: mongo.Db): Promise<number> {
  const [total] = await db
    .collection(CHUNKS)
    .aggregate<{ count: number }>([{ $group: { _id: null, count: { $sum: '$count' } } }])
    .toArray();
  return total?.count ?? 0;
}

/** How often each body stands in the store. */
export async function storedBodies(db: mongo.Db): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { body } of await storedRecords(db)) counts.set(body, (counts.get(body) ?? 0) + 1);
  return counts;
}
