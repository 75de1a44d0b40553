import mongoose, { type Connection } from 'mongoose';
import { loadConfig } from '../../src/config/config';
import { emptyAttributes, type LogRecord, NO_ATTRIBUTES } from '../../src/log/log-record';
import type { Clock } from '../../src/log/timestamp';
import { hourOf } from '../../src/log/timestamp';
import type { Chunk } from '../../src/storage/chunk';
import { ChunkCollection } from '../../src/storage/chunk-collection';
import { newId } from '../../src/storage/chunk-id';
import { collectionPlans } from '../../src/storage/collection-plans';
import { encodeChunk } from '../../src/storage/encode-chunk';
import { ensureCollections } from '../../src/storage/ensure-collections';
import { LogReader } from '../../src/storage/read-logs';
import { MODELS } from '../../src/storage/schemas';
import { StoreDatabase } from '../../src/storage/store-database';
import { TestDatabase } from './database';

/** A store with all its collections and indexes in a database of the test's own. Close it. */
export class SearchStore {
  private constructor(
    readonly test: TestDatabase,
    private readonly connection: Connection,
    readonly database: StoreDatabase,
  ) {}

  static async open(): Promise<SearchStore> {
    const test = await TestDatabase.create();
    const connection = await mongoose.createConnection(test.uri, { autoIndex: false, autoCreate: false }).asPromise();
    for (const { name, schema } of MODELS) connection.model(name, schema);
    const client = connection.getClient();
    const database = new StoreDatabase(client, client.db(connection.name));
    await ensureCollections(database.db, collectionPlans(connection, loadConfig({})));
    return new SearchStore(test, connection, database);
  }

  get chunks(): ChunkCollection {
    return new ChunkCollection(this.database);
  }

  reader(clock: Clock, days = 10): LogReader {
    const retention = { ...loadConfig({}).retention, days };
    return new LogReader(this.database, this.chunks, { retention }, clock);
  }

  /** Stores the records, those of one service, severity and hour as one chunk, as one part is. */
  async add(records: readonly LogRecord[]): Promise<void> {
    const chunks = chunksOf(records);
    if (chunks.length > 0) await this.chunks.native.insertMany(chunks, { writeConcern: { w: 'majority' } });
  }

  async close(): Promise<void> {
    await this.connection.close();
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

/** 2026-11-23T10:00:00Z, a full hour. */
export const TEN_O_CLOCK = Date.UTC(2026, 10, 23, 10) * 1_000;

/** A record of which only what matters has to be said; `attributes` may be an ordinary object. */
export function aRecord(given: Partial<LogRecord> = {}): LogRecord {
  const { attributes, ...rest } = given;
  return {
    timestamp: TEN_O_CLOCK,
    service: 'shop',
    severity: 'info',
    body: 'a line',
    ...rest,
    attributes: attributes === undefined ? NO_ATTRIBUTES : Object.assign(emptyAttributes(), attributes),
  };
}
