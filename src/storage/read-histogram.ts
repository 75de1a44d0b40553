import type { mongo } from 'mongoose';
import { type LogFilter, looksInside } from '../log/log-query';
import { MINUTE_US } from '../log/timestamp';
import type { Chunk, ChunkHeader } from './chunk';
import { ChunkUnreadable } from './chunk-unreadable';
import { decodeMinutes } from './minutes';
import { openBlock } from './open-block';
import { matchesInWindow } from './read-block';
import type { ReadBudget } from './read-budget';
import { endOfFetch, type FeedSource, READ_PROJECTION, type ReadChunk } from './read-feed';
import { findsFor } from './read-finds';
import { ChunkStream, NewestFirst } from './read-newest';
import type { Window } from './read-position';
import { RecordMatcher } from './read-text';
import { isTimeLimit } from './read-snapshot';

/** What the records of a group in the histogram share. */
export type GroupBy = 'severity' | 'service' | 'none';

export interface HistogramReading {
  readonly chunks: mongo.Collection<Chunk>;
  readonly session: mongo.ClientSession;
  readonly budget: ReadBudget;
  readonly filter: LogFilter;
  /** Microseconds, from inclusive to exclusive; `to` may be Infinity. */
  readonly from: number;
  readonly to: number;
  /** Microseconds. */
  readonly interval: number;
  readonly groupBy: GroupBy;
  /** The times that a chunk may contribute; the retention is in it. */
  readonly windowOf: (chunk: Pick<Chunk, 'service' | 'severity'>) => Window;
}

type ReadHeader = Pick<ChunkHeader, '_id' | 'service' | 'severity' | 'from' | 'to' | 'count' | 'bytes' | 'minutes'>;

export interface Counts {
  /** For each group, the number of records by the beginning of their bucket, microseconds. */
  readonly groups: ReadonlyMap<string, ReadonlyMap<number, number>>;
  /** The time of the newest record counted; null when there is none. */
  readonly newest: number | null;
  readonly isOutOfTime: boolean;
  readonly damaged: readonly ChunkUnreadable[];
}

const HEADERS_AT_ONCE = 1_000;
const CHUNKS_AT_ONCE = 64;
const HEADER_PROJECTION = { service: 1, severity: 1, from: 1, to: 1, count: 1, bytes: 1, minutes: 1 } as const;

/**
 * Counts records by time and group, the same ones that paging returns. Where nothing inside the records is asked for and
 * buckets are of whole minutes, a chunk that lies wholly in its window is counted by its header; all others are opened.
 */
export async function countRecords(reading: HistogramReading): Promise<Counts> {
  return new Counter(reading).count();
}

class Counter {
  private readonly groups = new Map<string, Map<number, number>>();
  private readonly damaged = new Map<string, ChunkUnreadable>();
  private readonly matcher: RecordMatcher;
  private newest: number | null = null;

  constructor(private readonly reading: HistogramReading) {
    this.matcher = new RecordMatcher(reading.filter);
  }

  async count(): Promise<Counts> {
    const { filter, interval } = this.reading;
    const byHeaders = !looksInside(filter) && interval % MINUTE_US === 0;
    const isWhole = await (byHeaders ? this.readHeaders() : this.readBlocks()).catch((error: unknown) => {
      if (!isTimeLimit(error)) throw error;
      return false;
    });
    return {
      groups: this.groups,
      newest: this.newest,
      isOutOfTime: !isWhole,
      damaged: [...this.damaged.values()],
    };
  }

  /** Resolves to whether everything was counted before the time was up. */
  private async readHeaders(): Promise<boolean> {
    const { filter, budget } = this.reading;
    for (const find of findsFor(filter)) {
      const stream = new ChunkStream<ReadHeader>(this.source(HEADERS_AT_ONCE), find, HEADER_PROJECTION);
      try {
        while (stream.bound !== null) {
          if (budget.isOver) return false;
          const partly = (await stream.pull()).filter((header) => !this.countedByHeader(header));
          if (!(await this.openSome(partly))) return false;
          await budget.pause();
        }
      } finally {
        await stream.close();
      }
    }
    return true;
  }

  /** Whether the header was enough. */
  private countedByHeader(header: ReadHeader): boolean {
    const window = this.reading.windowOf(header);
    if (header.to < window.from || header.from >= window.to) return true;
    if (header.from < window.from || header.to >= window.to) return false;
    this.reading.budget.costs.chunksRead++;
    this.safely(() => {
      const { first, counts } = decodeMinutes(header);
      counts.forEach((count, i) => this.add(header, (first + i) * MINUTE_US, count));
      this.newest = Math.max(this.newest ?? header.to, header.to);
    });
    return true;
  }

  private async openSome(headers: readonly ReadHeader[]): Promise<boolean> {
    const { chunks, session, budget } = this.reading;
    for (let start = 0, end = 0; start < headers.length; start = end) {
      if (budget.isOver) return false;
      end = endOfFetch(headers, start, CHUNKS_AT_ONCE);
      const ids = headers.slice(start, end).map(({ _id }) => _id);
      const found = chunks
        .find({ _id: { $in: ids } }, { session, maxTimeMS: budget.maxTimeMs })
        .project<ReadChunk>(READ_PROJECTION);
      for (const chunk of await found.toArray()) await this.countInside(chunk);
    }
    return true;
  }

  private async readBlocks(): Promise<boolean> {
    const { budget } = this.reading;
    const feed = new NewestFirst(this.source(CHUNKS_AT_ONCE));
    try {
      while (feed.bound !== null) {
        for (const chunk of await feed.pull()) {
          if (budget.isOver) return false;
          await this.countInside(chunk);
        }
      }
    } finally {
      await feed.close();
    }
    return true;
  }

  private async countInside(chunk: ReadChunk): Promise<void> {
    const { budget, windowOf } = this.reading;
    const window = windowOf(chunk);
    const blocks = chunk.blocks.filter(({ from, to }) => from < window.to && to >= window.from);
    if (blocks.length > 0) budget.costs.chunksRead++;
    for (const block of blocks) {
      this.safely(() => {
        const open = openBlock(chunk, block);
        const times = open.times();
        for (const place of matchesInWindow(open, window, this.matcher, budget.costs)) {
          this.addRecord(chunk, times[place] ?? NaN);
        }
      });
      await budget.pause();
    }
  }

  private addRecord(chunk: ReadChunk, time: number): void {
    this.add(chunk, time, 1);
    this.newest = Math.max(this.newest ?? time, time);
  }

  private add(chunk: Pick<Chunk, 'service' | 'severity'>, time: number, count: number): void {
    if (count === 0) return;
    const { groupBy, interval } = this.reading;
    const group = groupBy === 'none' ? '' : chunk[groupBy];
    let buckets = this.groups.get(group);
    if (buckets === undefined) this.groups.set(group, (buckets = new Map<number, number>()));
    const bucket = Math.floor(time / interval) * interval;
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + count);
  }

  private safely(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof ChunkUnreadable)) throw error;
      this.damaged.set(error.message, error);
    }
  }

  private source(batchSize: number): FeedSource {
    const { chunks, session, budget, filter, from, to } = this.reading;
    return { chunks, session, budget, filter, from, to, batchSize };
  }
}
