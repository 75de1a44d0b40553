import type { mongo } from 'mongoose';
import { EVERYTHING } from '../log/log-query';
import type { LogRecord } from '../log/log-record';
import { contentHash, type RecordKey } from '../log/record-order';
import type { Chunk } from './chunk';
import { openBlock } from './open-block';
import { firstFrom } from './read-block';
import type { ReadBudget } from './read-budget';
import { READ_PROJECTION, type ReadChunk } from './read-feed';
import { boundsOf, findsFor } from './read-finds';
import { closeCursor } from './read-snapshot';

/** The record of a key; null when the store does not hold it. Of equal records any one. */
export async function readRecord(
  chunks: mongo.Collection<Chunk>,
  session: mongo.ClientSession,
  budget: ReadBudget,
  key: RecordKey,
): Promise<LogRecord | null> {
  const filter = { ...EVERYTHING, services: [key.service], severities: [key.severity] };
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
        const record = recordIn(chunk, key);
        if (record !== null) return record;
        await budget.pause();
      }
    } finally {
      await closeCursor(chunks, cursor);
    }
  }
  return null;
}

function recordIn(chunk: ReadChunk, { timestamp, contentHash: hash }: RecordKey): LogRecord | null {
  for (const block of chunk.blocks) {
    if (block.from > timestamp || block.to < timestamp) continue;
    const open = openBlock(chunk, block);
    const times = open.times();
    for (let place = firstFrom(times, timestamp); times[place] === timestamp; place++) {
      const record = open.record(place);
      if (contentHash(record) === hash) return record;
    }
  }
  return null;
}
