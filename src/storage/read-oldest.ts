import type { Chunk } from './chunk';
import { type ChunkFeed, endOfFetch, type FeedSource, READ_PROJECTION, type ReadChunk } from './read-feed';
import { boundsOf, type Find, findsFor, spanEnd } from './read-finds';

type Placed = Pick<Chunk, '_id' | 'from' | 'bytes'>;

/**
 * Chunks oldest first. The store's indexes end in `to`, so a span's chunks are put in order of `from` here, by their
 * headers alone; then their blocks are fetched, a few at a time. Spans without chunks are jumped over.
 */
export class OldestFirst implements ChunkFeed {
  private readonly streams: SpanStream[];

  constructor(source: FeedSource) {
    this.streams = findsFor(source.filter).map((find) => new SpanStream(source, find));
  }

  get bound(): number | null {
    return this.next?.bound ?? null;
  }

  private get next(): SpanStream | null {
    return this.streams.reduce<SpanStream | null>(
      (next, stream) => ((stream.bound ?? Infinity) < (next?.bound ?? Infinity) ? stream : next),
      null,
    );
  }

  async pull(): Promise<ReadChunk[]> {
    return (await this.next?.pull()) ?? [];
  }

  async close(): Promise<void> {
    // Every answer of the store was read to its end.
  }
}

/** The chunks of one find, span after span. */
class SpanStream {
  /** The lowest time that a record still to come can have; null when there are none. */
  bound: number | null;
  /** Of the span in turn, by `from` ascending. */
  private waiting: Placed[] = [];
  private taken = 0;
  private spanEnd: number;

  constructor(
    private readonly source: FeedSource,
    private readonly find: Find,
  ) {
    this.bound = source.from;
    this.spanEnd = source.from;
  }

  async pull(): Promise<ReadChunk[]> {
    if (this.taken === this.waiting.length) {
      await this.enterNextSpan();
      return [];
    }
    const end = endOfFetch(this.waiting, this.taken, this.source.batchSize);
    const ids = this.waiting.slice(this.taken, end).map(({ _id }) => _id);
    this.taken = end;
    this.bound = this.waiting[this.taken]?.from ?? this.spanEnd;
    const { chunks, session, budget } = this.source;
    return chunks
      .find({ _id: { $in: ids } }, { session, maxTimeMS: budget.maxTimeMs })
      .project<ReadChunk>(READ_PROJECTION)
      .toArray();
  }

  /** Looks for the first chunk from the end of the last span on, and puts those of its span in order. */
  private async enterNextSpan(): Promise<void> {
    const { chunks, session, budget, to } = this.source;
    const options = { session, hint: this.find.hint, maxTimeMS: budget.maxTimeMs };
    const [first] = await chunks
      .find(boundsOf(this.find, this.spanEnd, to), options)
      .sort({ to: 1 })
      .limit(1)
      .project<Pick<Chunk, 'to'>>({ to: 1 })
      .toArray();
    this.taken = 0;
    this.waiting = [];
    this.bound = null;
    if (first === undefined) return;
    const end = spanEnd(this.find.equal.span, first.to);
    this.waiting = await chunks
      .find(boundsOf(this.find, first.to, Math.min(end, to)), options)
      .project<Placed>({ from: 1, bytes: 1 })
      .toArray();
    this.waiting.sort((a, b) => a.from - b.from);
    this.spanEnd = end;
    this.bound = this.waiting[0]?.from ?? end;
  }
}
