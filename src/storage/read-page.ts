import type { Order } from '../log/log-query';
import type { LogRecord } from '../log/log-record';
import { attributesJson } from '../log/record-order';
import type { ChunkUnreadable } from './chunk-unreadable';
import { BlockReader } from './read-block';
import type { ReadBudget } from './read-budget';
import type { ChunkFeed, ReadChunk } from './read-feed';
import { Heap } from './read-heap';
import { type Position, positionAfter, positionAt, Returned, type Window } from './read-position';
import { isTimeLimit } from './read-snapshot';
import type { RecordMatcher } from './read-text';

/** A page holds at most this many bytes of records as JSON, unless its first record alone is larger. */
export const MAX_PAGE_BYTES = 16 * 1024 * 1024;

export interface Page {
  readonly records: LogRecord[];
  /** Where to go on; null when this was the last page. */
  readonly next: Position | null;
  /** Whether the time was up before the page was full. */
  readonly isOutOfTime: boolean;
  /** Whether the page ends early because it is as large as a page may be. */
  readonly isOutOfRoom: boolean;
  /** Chunks that could not be read. Their records are missing. */
  readonly damaged: readonly ChunkUnreadable[];
}

export interface PageReading {
  readonly feed: ChunkFeed;
  readonly matcher: RecordMatcher;
  readonly budget: ReadBudget;
  readonly order: Order;
  /** Where the page begins; null for the first. */
  readonly position: Position | null;
  readonly limit: number;
  /** The times that a chunk may contribute; the position and the retention are in it. */
  readonly windowOf: (chunk: ReadChunk) => Window;
}

/**
 * Merges chunks into one page. A chunk is taken from the feed, and a block opened, only when it may hold the next record.
 * When the time is up the page ends where it has got to, and further than its beginning unless the store gave up.
 */
export async function readPage(reading: PageReading): Promise<Page> {
  return new PageReader(reading).read();
}

class PageReader {
  private readonly heap = new Heap<BlockReader>(BlockReader.compare);
  private readonly records: LogRecord[] = [];
  private readonly damaged = new Map<string, ChunkUnreadable>();
  private readonly returned: Returned;
  private readonly room = new PageRoom();

  constructor(private readonly reading: PageReading) {
    this.returned = new Returned(reading.position, reading.order);
  }

  async read(): Promise<Page> {
    const { limit, feed } = this.reading;
    for (;;) {
      const { bound } = feed;
      const { top } = this.heap;
      if (this.records.length >= limit && (top !== undefined || bound !== null)) return this.fullPage(false);
      if (bound !== null && (top === undefined || !this.isBefore(top.time, bound))) {
        if (this.mustStop(bound) || !(await this.takeMore())) return this.stopAt(bound);
        await this.reading.budget.pause();
      } else if (top === undefined) {
        return this.page(null);
      } else if (!top.isOpen) {
        if (this.mustStop(top.time)) return this.stopAt(top.time);
        this.open(top);
        await this.reading.budget.pause();
      } else if (!this.emit(top)) {
        return this.fullPage(true);
      }
    }
  }

  /** False when the store needed longer than there is time. */
  private async takeMore(): Promise<boolean> {
    try {
      this.take(await this.reading.feed.pull());
      return true;
    } catch (error) {
      if (!isTimeLimit(error)) throw error;
      return false;
    }
  }

  private take(chunks: readonly ReadChunk[]): void {
    const { windowOf, order, budget } = this.reading;
    for (const chunk of chunks) {
      const window = windowOf(chunk);
      const inWindow = chunk.blocks.filter(({ from, to }) => from < window.to && to >= window.from);
      for (const block of inWindow) this.heap.push(new BlockReader(chunk, block, window, order));
      if (inWindow.length > 0) budget.costs.chunksRead++;
    }
  }

  private open(block: BlockReader): void {
    const hasMatches = block.openUp(this.reading.matcher, this.reading.budget.costs);
    this.settle(block, hasMatches);
  }

  /** Puts the top, which has moved to its next record, where that record belongs; or away when there is none. */
  private settle(block: BlockReader, hasMore: boolean): void {
    if (block.damage !== null) this.damaged.set(block.damage.message, block.damage);
    if (hasMore && block.damage === null) this.heap.sink();
    else this.heap.pop();
  }

  /** Takes the record in turn into the page; false when there is no room for it. */
  private emit(block: BlockReader): boolean {
    const record = block.record();
    if (record !== null && !this.returned.includes(record, () => block.contentHash())) {
      if (!this.room.take(record)) return false;
      this.records.push(record);
    }
    this.settle(block, block.advance());
    return true;
  }

  private isBefore(time: number, other: number): boolean {
    return this.reading.order === 'asc' ? time < other : time > other;
  }

  /** Whether the time is up; not before a record was found or all of the time that the page begins with is done. */
  private mustStop(frontier: number): boolean {
    const { budget, position, order } = this.reading;
    if (!budget.isOver) return false;
    const start = position?.timestamp ?? (order === 'asc' ? -Infinity : Infinity);
    return this.records.length > 0 || this.isBefore(start, frontier);
  }

  private stopAt(frontier: number): Page {
    return { ...this.page(this.placeAt(frontier)), isOutOfTime: true };
  }

  /** Never before the page's own beginning: a store that is too slow may end it there, or while it looks for what is there. */
  private placeAt(frontier: number): Position | null {
    const { position } = this.reading;
    const last = this.records.at(-1);
    if (last === undefined && position !== null && !this.isBefore(position.timestamp, frontier)) return position;
    return last?.timestamp === frontier ? positionAfter(this.records, position) : positionAt(frontier);
  }

  private fullPage(isOutOfRoom: boolean): Page {
    return { ...this.page(positionAfter(this.records, this.reading.position)), isOutOfRoom };
  }

  private page(next: Position | null): Page {
    const damaged = [...this.damaged.values()];
    return { records: this.records, next, isOutOfTime: false, isOutOfRoom: false, damaged };
  }
}

/** Counts the bytes that a page's records take as JSON. */
class PageRoom {
  private left = MAX_PAGE_BYTES;
  private isEmpty = true;

  take(record: LogRecord): boolean {
    const bytes =
      Buffer.byteLength(JSON.stringify(record.body)) +
      Buffer.byteLength(attributesJson(record.attributes)) +
      Buffer.byteLength(record.service) * SERVICE_BYTES +
      FIXED_BYTES;
    if (bytes > this.left && !this.isEmpty) return false;
    this.left -= bytes;
    this.isEmpty = false;
    return true;
  }
}

/** A record's JSON holds its service twice, in the id as base64: at most six bytes where each is escaped, and 4/3. */
const SERVICE_BYTES = 8;
/** Names, time, id, severity and punctuation. */
const FIXED_BYTES = 200;
