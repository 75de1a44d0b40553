import type { mongo } from 'mongoose';
import { loadConfig } from '../../src/config/config';
import type { LogRecord } from '../../src/log/log-record';
import { type Clock, hourOf } from '../../src/log/timestamp';
import type { Chunk } from '../../src/storage/chunk';
import { ChunkCollection } from '../../src/storage/chunk-collection';
import { newId } from '../../src/storage/chunk-id';
import { encodeChunk } from '../../src/storage/encode-chunk';
import { LogReader } from '../../src/storage/read-logs';
import { StoreDatabase } from '../../src/storage/store-database';
import { TestDatabase } from './database';
import { openStorage, type Storage } from './storage';

/** A store in a database of the test's own, filled without a collector, and what reads it. Close it. */
export class SearchStore {
  private constructor(
    readonly test: TestDatabase,
    private readonly storage: Storage,
  ) {}

  static async open(uri?: string): Promise<SearchStore> {
    const test = await TestDatabase.create(uri);
    return new SearchStore(test, await openStorage(test.uri));
  }

  get chunks(): ChunkCollection {
    return this.storage.get(ChunkCollection);
  }

  /** The server's database `admin`, through the store's own client. */
  get admin(): mongo.Db {
    return this.storage.get(StoreDatabase).client.db('admin');
  }

  /** As the search role has it, with a clock and a retention of the test's own. */
  reader(clock: Clock, days = 10): LogReader {
    const retention = { ...loadConfig({}).retention, days };
    return new LogReader(this.storage.get(StoreDatabase), this.chunks, { retention }, clock);
  }

  /** Stores the batches of records: of each those of one service, severity and hour as one chunk, as one part is. */
  async add(...batches: readonly (readonly LogRecord[])[]): Promise<void> {
    const chunks = batches.flatMap(chunksOf);
    if (chunks.length > 0) await this.chunks.native.insertMany(chunks, { writeConcern: { w: 'majority' } });
  }

  async clear(): Promise<void> {
    await this.chunks.native.deleteMany({}, { writeConcern: { w: 'majority' } });
  }

  async close(): Promise<void> {
    await this.storage.close();
    await this.test.close();
  }
}

/** The records as chunks: one for each service, severity and hour. */
export function chunksOf(records: readonly LogRecord[]): Chunk[] {
  const parts = new Map<string, LogRecord[]>();
  for (const record of records) {
    const key = JSON.stringify([record.service, record.severity, hourOf(record.timestamp)]);
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [record]);
    else part.push(record);
  }
  return [...parts.values()].map((part) => encodeChunk({ id: null, records: part }, newId));
}
