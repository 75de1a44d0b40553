import { CommandError } from '../command-error';
import type { ClusterClock, ClusterTime } from './cluster-clock';
import type { Collection } from './collection';
import { Held, type KeyMap, writeConflict } from './key-map';
import type { Snapshots } from './snapshots';
import { MAX_DOCUMENT_BYTES, type StoredDocument, type View } from './stored-document';
import type { Writer } from './writer';

/** What a transaction did to one collection. */
interface Changes {
  readonly written: Set<StoredDocument>;
  /** Committed versions that end with it. */
  readonly ended: Set<StoredDocument>;
  readonly reserved: { readonly keys: KeyMap; readonly key: string; readonly document: StoredDocument }[];
}

/**
 * Writes that become visible together, or not at all. It reads as of its beginning and sees its own writes. What it ends
 * or gives a unique key to belongs to it until it ends: another writer meets {@link Held} there, and a WriteConflict
 * where something changed after this one began. Every write of the store is one; a statement outside a client's
 * transaction has one of its own, begun and committed with nothing in between.
 *
 * After an error of a write the transaction is no good any more: {@link abort} it.
 */
export class Transaction implements Writer {
  readonly ended: Promise<void>;
  private readonly changes = new Map<Collection, Changes>();
  private readonly endings: ((committed: ClusterTime | null) => void)[] = [];

  constructor(
    readonly snapshot: ClusterTime,
    private readonly clock: ClusterClock,
    private readonly snapshots: Snapshots,
  ) {
    this.ended = new Promise((resolve) => this.atEnd(() => resolve()));
    snapshots.pin(snapshot);
  }

  get view(): View {
    return { at: this.snapshot, transaction: this };
  }

  insert(collection: Collection, document: StoredDocument): void {
    checkSize(document);
    const { written, reserved } = this.changesOf(collection);
    document.writer = this;
    for (const { keys, index, key } of collection.uniqueKeysOf(document)) {
      const seen = this.holderSeen(collection, keys, key);
      const isTaken = seen !== undefined && !keys.isWithAnother(key, seen);
      if (isTaken || !keys.reserve(key, document, this)) throw collection.duplicate(document.document, index, key);
      reserved.push({ keys, key, document });
    }
    written.add(document);
  }

  remove(collection: Collection, document: StoredDocument): void {
    const changes = this.changesOf(collection);
    if (document.writer === this) {
      changes.written.delete(document);
      for (const { keys, key } of collection.uniqueKeysOf(document)) keys.release(key, document);
      return;
    }
    if (document.deleter !== null) throw new Held(document.deleter);
    if (document.deleted <= this.clock.current) throw writeConflict();
    document.deleter = this;
    changes.ended.add(document);
  }

  replace(collection: Collection, before: StoredDocument, after: StoredDocument): void {
    this.remove(collection, before);
    this.insert(collection, after);
  }

  /** Has something done with its end: told the time of the commit, or null when it was given up. */
  atEnd(tell: (committed: ClusterTime | null) => void): void {
    this.endings.push(tell);
  }

  /** Makes everything visible at once; gives the time since which it is. */
  commit(): ClusterTime {
    this.snapshots.unpin(this.snapshot);
    const time = this.changes.size === 0 ? this.clock.current : this.clock.tick();
    for (const [collection, { written, ended, reserved }] of this.changes) {
      for (const document of ended) {
        document.deleted = time;
        document.deleter = null;
        for (const { keys, key } of collection.uniqueKeysOf(document)) keys.drop(key, document);
        collection.bytes -= document.bytes.length;
      }
      for (const { keys, key, document } of reserved) if (written.has(document)) keys.settle(key, document);
      for (const document of written) {
        document.created = time;
        document.writer = null;
        collection.bytes += document.bytes.length;
      }
      for (const document of ended) collection.retire(document, this.snapshots.oldest);
    }
    this.end(time);
    return time;
  }

  abort(): void {
    this.snapshots.unpin(this.snapshot);
    for (const { ended, reserved } of this.changes.values()) {
      for (const document of ended) document.deleter = null;
      for (const { keys, key, document } of reserved) keys.release(key, document);
    }
    this.end(null);
  }

  /** The document that has a unique key as this transaction reads it, whatever has become of that document since. */
  private holderSeen(collection: Collection, keys: KeyMap, key: string): StoredDocument | undefined {
    const holder = keys.get(key);
    if (holder?.isVisible(this.view) === true) return holder;
    if (this.snapshot === this.clock.current) return undefined;
    for (const past of collection.endedAfter(this.snapshot)) {
      if (past.isVisible(this.view) && hasKey(collection, past, keys, key)) return past;
    }
    return undefined;
  }

  private end(committed: ClusterTime | null): void {
    for (const collection of this.changes.keys()) collection.writers.delete(this);
    this.changes.clear();
    for (const tell of this.endings) tell(committed);
  }

  private changesOf(collection: Collection): Changes {
    let changes = this.changes.get(collection);
    if (changes === undefined) {
      changes = { written: new Set(), ended: new Set(), reserved: [] };
      this.changes.set(collection, changes);
      collection.writers.set(this, changes.written);
    }
    return changes;
  }
}

function hasKey(collection: Collection, document: StoredDocument, keys: KeyMap, key: string): boolean {
  for (const held of collection.uniqueKeysOf(document)) if (held.keys === keys && held.key === key) return true;
  return false;
}

function checkSize({ bytes }: StoredDocument): void {
  if (bytes.length <= MAX_DOCUMENT_BYTES) return;
  const message = `object to insert too large. size in bytes: ${bytes.length}, max size: ${MAX_DOCUMENT_BYTES}`;
  throw new CommandError('BadValue', message);
}
