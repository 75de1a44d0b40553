import { mongo } from 'mongoose';
import { MINUTE_US } from '../log/timestamp';
import type { ChunkHeader } from './chunk';
import { readField } from './chunk-unreadable';
import { MAX_VARINT_BYTES, VarintReader, writeVarint } from './varint';

/** Records in each UTC minute of a chunk. */
export interface MinuteCounts {
  /** The first minute, as whole minutes since the Unix epoch. */
  readonly first: number;
  /** `counts[i]` is that of minute `first + i`; the first and the last are not 0. */
  readonly counts: readonly number[];
}

/** The UTC minute that holds a time, as whole minutes since the Unix epoch. */
export function minuteOf(timestamp: number): number {
  return Math.floor(timestamp / MINUTE_US);
}

/** The field `minutes` of a chunk: a varint for each UTC minute from that of the first time to that of the last. */
export function encodeMinutes(records: readonly { readonly timestamp: number }[]): InstanceType<typeof mongo.Binary> {
  const counts: number[] = [];
  const first = minuteOf(records[0]?.timestamp ?? 0);
  for (const { timestamp } of records) {
    const minute = minuteOf(timestamp) - first;
    while (counts.length <= minute) counts.push(0);
    counts[minute] = (counts[minute] ?? 0) + 1;
  }
  const bytes = Buffer.allocUnsafe(counts.length * MAX_VARINT_BYTES);
  const end = counts.reduce((at, count) => writeVarint(bytes, at, count), 0);
  return new mongo.Binary(bytes.subarray(0, end));
}

/** Reads the field `minutes`. Throws {@link ChunkUnreadable} when it does not fit the rest of the header. */
export function decodeMinutes(chunk: Pick<ChunkHeader, '_id' | 'minutes' | 'from' | 'to' | 'count'>): MinuteCounts {
  return readField(chunk._id, 'minutes', () => {
    const first = minuteOf(chunk.from);
    const bytes = chunk.minutes.value();
    const reader = new VarintReader(bytes);
    const counts: number[] = [];
    while (reader.position < bytes.length) counts.push(reader.next());
    const sum = counts.reduce((total, count) => total + count, 0);
    if (sum !== chunk.count) throw new Error(`add up to ${sum}, where the chunk holds ${chunk.count}`);
    if (counts.length !== minuteOf(chunk.to) - first + 1) throw new Error(`${counts.length} of them`);
    return { first, counts };
  });
}
