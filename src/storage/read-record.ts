import type { mongo } from 'mongoose';
import { EVERYTHING } from '../log/log-query';
import type { LogRecord } from '../log/log-record';
import { contentHash, type RecordKey } from '../log/record-order';
import type { Chunk } from './chunk';
import { ChunkUnreadable } from './chunk-unreadable';
import { openBlock, type OpenBlock } from './open-block';
import { firstFrom } from './read-block';
import type { ReadBudget } from './read-budget';
import { READ_PROJECTION, type ReadChunk } from './read-feed';
import { boundsOf, findsFor } from './read-finds';
import { closeCursor } from './read-snapshot';

/**
 * The record of a key; null when the store does not hold it. Of equal records any one. Rejects with
 * {@link ChunkUnreadable} when it is in no chunk that can be read, and may be in one that cannot.
 */
export async function readRecord(
  chunks: mongo.Collection<Chunk>,
  session: mongo.ClientSession,
  budget: ReadBudget,
  key: RecordKey,
): Promise<LogRecord | null> {
  const filter = { ...EVERYTHING, services: [key.service], severities: [key.severity] };
  let damage: ChunkUnreadable | null = null;
  for (const find of findsFor(filter)) {
    const cursor = chunks
      .find(boundsOf(find, key.timestamp, key.timestamp + 1), {
        session,
        hint: find.hint,
        maxTimeMS: budget.maxTimeMs,
      })
      .project<ReadChunk>(READ_PROJECTION);
    try {
      for (let chunk = await cursor.next(); chunk !== null; chunk = await cursor.next()) {
        const found = recordIn(chunk, key);
        if (found instanceof ChunkUnreadable) damage = found;
        else if (found !== null) return found;
        await budget.pause();
      }
    } finally {
      await closeCursor(chunks, cursor);
    }
  }
  if (damage !== null) throw damage;
  return null;
}

/** The record, or null where it is not; or what kept a block that may hold it from being read. */
function recordIn(chunk: ReadChunk, key: RecordKey): LogRecord | ChunkUnreadable | null {
  let damage: ChunkUnreadable | null = null;
  for (const block of chunk.blocks) {
    if (block.from > key.timestamp || block.to < key.timestamp) continue;
    try {
      const record = recordInBlock(openBlock(chunk, block), key);
      if (record !== null) return record;
    } catch (error) {
      if (!(error instanceof ChunkUnreadable)) throw error;
      damage = error;
    }
  }
  return damage;
}

function recordInBlock(open: OpenBlock, { timestamp, contentHash: hash }: RecordKey): LogRecord | null {
  const times = open.times();
  for (let place = firstFrom(times, timestamp); times[place] === timestamp; place++) {
    const record = open.record(place);
    if (contentHash(record) === hash) return record;
  }
  return null;
}
