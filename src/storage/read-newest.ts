import type { mongo } from 'mongoose';
import type { Chunk } from './chunk';
import type { ChunkFeed, FeedSource, ReadChunk } from './read-feed';
import { boundsOf, type Find, findsFor } from './read-finds';
import { closeCursor } from './read-snapshot';
import { READ_PROJECTION } from './read-feed';

/** Chunks newest first: one find a span and group of services, each by `to` descending, merged with each other. */
export class NewestFirst implements ChunkFeed {
  private readonly streams: ChunkStream<ReadChunk>[];

  constructor(source: FeedSource) {
    this.streams = findsFor(source.filter).map((find) => new ChunkStream<ReadChunk>(source, find, READ_PROJECTION));
  }

  get bound(): number | null {
    return this.next?.bound ?? null;
  }

  private get next(): ChunkStream<ReadChunk> | null {
    return this.streams.reduce<ChunkStream<ReadChunk> | null>(
      (next, stream) => ((stream.bound ?? -Infinity) > (next?.bound ?? -Infinity) ? stream : next),
      null,
    );
  }

  async pull(): Promise<ReadChunk[]> {
    return (await this.next?.pull()) ?? [];
  }

  async close(): Promise<void> {
    await Promise.all(this.streams.map((stream) => stream.close()));
  }
}

/** The chunks of one find, by `to` descending, a batch at a time; from the second batch on the next is fetched ahead. */
export class ChunkStream<T extends Pick<Chunk, 'to'>> {
  /** The highest `to` that a chunk still to come can have; null when there are none. */
  bound: number | null;
  private readonly chunks: mongo.Collection<Chunk>;
  private readonly cursor: mongo.FindCursor<T>;
  private ahead: Promise<T[]> | null = null;
  private pulls = 0;

  constructor({ chunks, session, budget, from, to, batchSize }: FeedSource, find: Find, projection: object) {
    this.bound = to === Infinity ? Infinity : to - 1;
    this.chunks = chunks;
    this.cursor = chunks
      .find(boundsOf(find, from, to), { session, hint: find.hint, batchSize, maxTimeMS: budget.maxTimeMs })
      .sort({ to: -1 })
      .project<T>(projection);
  }

  async pull(): Promise<T[]> {
    const batch = await (this.ahead ?? this.fetch());
    this.ahead = null;
    this.bound = this.isExhausted ? null : (batch.at(-1)?.to ?? null);
    if (this.bound !== null && ++this.pulls > 1) {
      this.ahead = this.fetch();
      this.ahead.catch(() => undefined); // reported by the pull that awaits it
    }
    return batch;
  }

  private async fetch(): Promise<T[]> {
    const first = await this.cursor.next();
    return first === null ? [] : [first, ...this.cursor.readBufferedDocuments()];
  }

  /** The store has said that there is nothing after what it sent. */
  private get isExhausted(): boolean {
    return this.cursor.id?.isZero() ?? false;
  }

  async close(): Promise<void> {
    await this.ahead?.catch(() => undefined); // the cursor is given up with whatever it was about to say
    await closeCursor(this.chunks, this.cursor);
  }
}
