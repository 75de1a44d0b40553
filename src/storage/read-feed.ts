import type { mongo } from 'mongoose';
import type { LogFilter } from '../log/log-query';
import type { Chunk } from './chunk';
import type { ReadBudget } from './read-budget';

/** What reading records needs of a chunk. */
export type ReadChunk = Pick<Chunk, '_id' | 'codec' | 'service' | 'severity' | 'from' | 'to' | 'count' | 'blocks'>;

/** The chunks that may hold what is looked for, a few at a time, so that the first of them can be read at once. */
export interface ChunkFeed {
  /** No record of a chunk still to come is before this time in reading order; null when none is to come. */
  readonly bound: number | null;
  /** The next few, in no order; none when only `bound` moved on. */
  pull(): Promise<ReadChunk[]>;
  /** Gives back what the feed holds in the store. */
  close(): Promise<void>;
}

/** What a feed reads from, and what for. */
export interface FeedSource {
  readonly chunks: mongo.Collection<Chunk>;
  readonly session: mongo.ClientSession;
  readonly budget: ReadBudget;
  readonly filter: LogFilter;
  /** Microseconds, from inclusive to exclusive; infinite where there is no end. */
  readonly from: number;
  readonly to: number;
  /** How many chunks to ask for at a time. */
  readonly batchSize: number;
}

/** Of a chunk all but what reading records has no use for. */
export const READ_PROJECTION = { parts: 0, minutes: 0, words: 0, wordBits: 0 } as const;

/** Chunks fetched at once hold at most so many bytes of records, unless one alone holds more: a full message makes 8 MiB. */
export const MAX_FETCHED_BYTES = 32 * 1024 * 1024;

/** Where the chunks end that may be fetched together from `start` on: one at least, `most` at most. */
export function endOfFetch(chunks: readonly Pick<Chunk, 'bytes'>[], start: number, most: number): number {
  let end = start;
  for (let bytes = 0; end < chunks.length && end - start < most; end++) {
    bytes += chunks[end]?.bytes ?? 0;
    if (bytes > MAX_FETCHED_BYTES && end > start) break;
  }
  return end;
}
