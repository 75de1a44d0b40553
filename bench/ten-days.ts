import { mongo } from 'mongoose';
import type { LogRecord } from '../src/log/log-record';
import { DAY_US, HOUR_US, MILLISECOND_US, SECOND_US } from '../src/log/timestamp';
import { type Chunk, CHUNKS } from '../src/storage/chunk';
import { newId } from '../src/storage/chunk-id';
import { encodeChunk } from '../src/storage/encode-chunk';
import { SEED, Workload } from './workload';

export const DAYS = 10;
export const RECORDS_A_DAY = 1_000_000;
export const RECORDS_A_CHUNK = 40;
/**
 * A day's first hours hold nothing. So the moment from which on records are kept, which is a whole number of days ago, falls
 * between two days for as long as the benchmark takes.
 */
const FIRST_HOUR = 2;
const HOURS = 24 - FIRST_HOUR;
const CHUNKS_AN_INSERT = 500;
const INSERTS_AT_ONCE = 4;

/**
 * Stores ten days of records, the last ending with the hour that has begun, as chunks of one service, severity and hour, as
 * collectors store them. One day is made; the others are the same but for their times and ids.
 */
export async function storeTenDays(db: mongo.Db, now: number): Promise<void> {
  const firstDay = Math.floor(now / HOUR_US) * HOUR_US - DAYS * DAY_US;
  const chunks = db.collection<Chunk>(CHUNKS);
  const waiting: Promise<unknown>[] = [];
  for (const batch of batchesOf(chunksOfDay(firstDay))) {
    for (let day = 0; day < DAYS; day++) {
      const shifted = batch.map((chunk) => later(chunk, day * DAY_US));
      waiting.push(chunks.insertMany(shifted, { ordered: false, writeConcern: { w: 'majority', j: true } }));
      if (waiting.length >= INSERTS_AT_ONCE) await waiting.shift();
    }
  }
  await Promise.all(waiting);
}

function* chunksOfDay(start: number): Generator<Chunk> {
  const workload = new Workload(SEED);
  for (let hour = FIRST_HOUR; hour < FIRST_HOUR + HOURS; hour++) {
    yield* chunksOfHour(workload, start + hour * HOUR_US);
  }
}

/** The n-th hour of a day has as many records as every other. */
function* chunksOfHour(workload: Workload, start: number): Generator<Chunk> {
  const growing = new Map<string, LogRecord[]>();
  const count = Math.round(RECORDS_A_DAY / HOURS);
  for (let i = 0; i < count; i++) {
    const at = start + SECOND_US + ((HOUR_US - 2 * SECOND_US) * i) / count; // times are jittered, and stay in their hour
    const record = workload.record(at / MILLISECOND_US);
    const key = `${record.service} ${record.severity}`;
    const records = growing.get(key) ?? [];
    growing.set(key, records);
    if (records.push(record) < RECORDS_A_CHUNK) continue;
    yield chunkOf(records.splice(0), start);
  }
  for (const records of growing.values()) if (records.length > 0) yield chunkOf(records, start);
}

function chunkOf(records: LogRecord[], hour: number): Chunk {
  return encodeChunk({ id: partId(hour), records }, newId);
}

/** As a pack's, UUID and hour. */
function partId(time: number): Buffer {
  const id = Buffer.alloc(20);
  id.set(newId());
  id.writeInt32BE(Math.floor(time / HOUR_US), 16);
  return id;
}

/** Within a block, times are kept from its beginning; so nothing of it need be opened. */
function later(chunk: Chunk, by: number): Chunk {
  const from = chunk.from + by;
  return {
    ...chunk,
    _id: new mongo.Binary(newId(), mongo.Binary.SUBTYPE_UUID),
    from,
    to: chunk.to + by,
    blocks: chunk.blocks.map((block) => ({ ...block, from: block.from + by, to: block.to + by })),
    parts: [new mongo.Binary(partId(from))],
  };
}

function* batchesOf(chunks: Iterable<Chunk>): Generator<Chunk[]> {
  let batch: Chunk[] = [];
  for (const chunk of chunks) {
    if (batch.push(chunk) < CHUNKS_AN_INSERT) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
