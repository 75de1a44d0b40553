import type { Binary } from 'mongodb';
import type { Severity } from '../log/severity';

/** The layout of chunks written now. */
export const CHUNK_VERSION = 1;
export const CHUNKS = 'chunks';

/** How a column's bytes are compressed; named in the chunk, so that a store may hold both. */
export type Codec = 'brotli' | 'zstd';

/** About a thousand records, in the order of their chunk; each column compressed on its own. See `columns.ts`. */
export interface Block {
  /** First and last time, microseconds. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly times: Binary;
  readonly bodies: Binary;
  /** Absent when no record of the block has attributes. */
  readonly attributes?: Binary;
}

/** What a search can know of a chunk without opening its blocks. */
export interface ChunkHeader {
  /** UUIDv7. */
  readonly _id: Binary;
  readonly version: number;
  /** 0 as collected, 1 and up merged. */
  readonly level: number;
  /** The UTC boundary that the chunk never crosses. */
  readonly span: 'hour';
  readonly service: string;
  readonly severity: Severity;
  /** First and last time of its records, microseconds, both inclusive. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Bytes of the records before compression. */
  readonly bytes: number;
  /** Records in each UTC minute from that of `from` to that of `to`. See `minutes.ts`. */
  readonly minutes: Binary;
  readonly codec: Codec;
}

/** One document: records of one service and severity, in the total order of `record-order.ts`. */
export interface Chunk extends ChunkHeader {
  readonly blocks: readonly Block[];
  /** The parts within, 20 bytes each; unique in the store. Absent, never empty, where there is none. */
  readonly parts?: readonly Binary[];
}
