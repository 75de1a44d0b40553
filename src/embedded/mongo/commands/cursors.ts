import { randomBytes } from 'node:crypto';
import { Long } from 'bson';
import { CommandError } from '../command-error';
import { type Answer, encodeRaw, RawArray } from '../wire/answer';

/** An answer carries so many bytes of documents, and the one that goes beyond when it is the first. */
const MAX_BATCH_BYTES = 16 * 1024 * 1024;
/** Documents of a first batch where the client does not say how many. */
const FIRST_BATCH = 101;
/** A cursor that nobody asks is closed after so long, ms. */
const IDLE_MS = 10 * 60_000;

/** A result that is being sent: all of it was found at once, so what changes meanwhile changes nothing in it. */
export class Cursor {
  private sent = 0;
  private waiting: Buffer | null = null;

  /** @param encode item by item when it is sent, so that a projection is made of what is asked for alone */
  constructor(
    readonly namespace: string,
    private readonly count: number,
    private readonly encode: (index: number) => Buffer,
  ) {}

  static of<T>(namespace: string, items: readonly T[], encode: (item: T) => Buffer): Cursor {
    return new Cursor(namespace, items.length, (index) => encode(items[index]));
  }

  get isExhausted(): boolean {
    return this.sent === this.count;
  }

  next(maxDocuments: number): Buffer[] {
    const batch: Buffer[] = [];
    let bytes = 0;
    while (batch.length < maxDocuments && this.sent < this.count) {
      const item = this.waiting ?? this.encode(this.sent);
      this.waiting = null;
      bytes += item.length;
      if (bytes > MAX_BATCH_BYTES && batch.length > 0) {
        this.waiting = item;
        break;
      }
      batch.push(item);
      this.sent++;
    }
    return batch;
  }
}

interface Open {
  readonly id: Long;
  readonly cursor: Cursor;
  readonly session: string | null;
  lastUsed: number;
}

/** The cursors that are open, by their id. */
export class Cursors {
  private readonly open = new Map<string, Open>();

  /** @param elapsedMs by a clock that is never set. */
  constructor(private readonly elapsedMs: () => number) {}

  /** The first answer of a cursor; it stays open when there is more and the client wants it. */
  start(
    cursor: Cursor,
    session: string | null,
    { batchSize, single = false, fields = {} }: { batchSize: number | null; single?: boolean; fields?: Answer },
  ): Answer {
    const firstBatch = new RawArray(cursor.next(batchSize ?? FIRST_BATCH));
    const id = cursor.isExhausted || single ? Long.ZERO : newId();
    if (!id.isZero()) this.open.set(id.toString(), { id, cursor, session, lastUsed: this.elapsedMs() });
    return { cursor: encodeRaw({ firstBatch, id, ns: cursor.namespace, ...fields }) };
  }

  /** The next answer. Throws CursorNotFound. */
  more(id: Long, namespace: string, batchSize: number, fields: Answer = {}): Answer {
    const found = this.open.get(id.toString());
    if (found === undefined) throw new CommandError('CursorNotFound', `cursor id ${id.toString()} not found`);
    const { cursor } = found;
    if (cursor.namespace !== namespace) {
      const message = `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`;
      throw new CommandError('Unauthorized', message);
    }
    found.lastUsed = this.elapsedMs();
    const nextBatch = new RawArray(cursor.next(batchSize === 0 ? Infinity : batchSize));
    if (cursor.isExhausted) this.open.delete(id.toString());
    return {
      cursor: encodeRaw({ nextBatch, id: cursor.isExhausted ? Long.ZERO : id, ns: namespace, ...fields }),
    };
  }

  /** False: it was not open. */
  kill(id: Long): boolean {
    return this.open.delete(id.toString());
  }

  killOf(session: string): void {
    for (const [id, open] of this.open) if (open.session === session) this.open.delete(id);
  }

  /** Closes those that nobody asks any more. */
  sweep(): void {
    const idleSince = this.elapsedMs() - IDLE_MS;
    for (const [id, { lastUsed }] of this.open) if (lastUsed < idleSince) this.open.delete(id);
  }

  /** What `$currentOp` tells of each. */
  all(): { readonly id: Long; readonly namespace: string }[] {
    return Array.from(this.open.values(), ({ id, cursor }) => ({ id, namespace: cursor.namespace }));
  }
}

/** Positive, as those of mongod. */
function newId(): Long {
  const bytes = randomBytes(8);
  return new Long(bytes.readInt32LE(0) | 1, bytes.readInt32LE(4) & 0x7fff_ffff);
}
