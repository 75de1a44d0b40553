import { CommandError } from '../command-error';
import type { Document } from '../query/document';
import { indexKeyValue } from '../query/index-keys';
import type { ClusterTime } from './cluster-clock';
import { CollectionIndex } from './collection-index';
import type { IndexSpec } from './index-spec';
import { duplicateKey } from './duplicate-key';
import { LATEST_VIEW, OVERHEAD_BYTES, type StoredDocument, type View } from './stored-document';
import { Held, KeyMap } from './key-map';
import type { Writer } from './writer';

/**
 * The documents of one namespace and their indexes. `live` holds the newest committed version of each document, by
 * `_id`, in the order of their insertion; `past` those that were replaced or deleted while somebody still reads as of a
 * time before.
 */
export class Collection {
  readonly live = new KeyMap();
  readonly indexes = new Map<string, CollectionIndex>();
  /** Transactions that have written here and not ended, with the versions that each has written. */
  readonly writers = new Map<Writer, Set<StoredDocument>>();
  /** Bytes of the live documents. */
  bytes = 0;
  /** Snapshots before this time cannot read it: it, or one of its indexes, is newer. */
  minimum: ClusterTime = 0;
  private past: StoredDocument[] = [];
  /** When the last version ended that is no longer kept; snapshots before it are too old. */
  private forgotten: ClusterTime = 0;

  constructor(
    readonly database: string,
    readonly name: string,
    readonly uuid: Buffer,
  ) {}

  get namespace(): string {
    return `${this.database}.${this.name}`;
  }

  /** What the live documents take in memory. */
  get memoryBytes(): number {
    return this.bytes + this.live.size * OVERHEAD_BYTES;
  }

  /** Everything that is seen, in the order of insertion, but for what only a snapshot still sees: that comes last. */
  *seenBy(view: View): Generator<StoredDocument, void> {
    for (const document of this.live.values()) if (document.isVisible(view)) yield document;
    yield* this.besides(view);
  }

  /** Those of these `_id`s that are seen. */
  *named(idKeys: ReadonlySet<string>, view: View): Generator<StoredDocument, void> {
    for (const key of idKeys) {
      const document = this.live.get(key);
      if (document?.isVisible(view) === true) yield document;
    }
    for (const document of this.besides(view)) if (idKeys.has(document.idKey)) yield document;
  }

  /** What is seen and not live: of the past, and of the viewer's own transaction. */
  private *besides(view: View): Generator<StoredDocument, void> {
    if (view === LATEST_VIEW) return;
    for (const document of this.past) if (document.isVisible(view)) yield document;
    const own = view.transaction === null ? undefined : this.writers.get(view.transaction);
    for (const document of own ?? []) if (document.isVisible(view)) yield document;
  }

  /** Throws the errors of mongod for a snapshot that this collection cannot be read as of. */
  checkReadableAt(time: ClusterTime): void {
    if (time < this.minimum) {
      const message = `Unable to read from a snapshot due to pending collection catalog changes; please retry the operation. Collection: ${this.namespace}`;
      throw new CommandError('SnapshotUnavailable', message);
    }
    if (time < this.forgotten)
      throw new CommandError('SnapshotTooOld', 'Read timestamp is older than the kept history');
  }

  /** The unique indexes, `_id` first, with the keys of a document in each. Throws where an index cannot hold it. */
  *uniqueKeysOf(document: StoredDocument): Generator<{ keys: KeyMap; index: CollectionIndex | null; key: string }> {
    yield { keys: this.live, index: null, key: document.idKey };
    for (const index of this.indexes.values()) {
      const { keys } = index;
      if (keys === null) index.checkArrays(document.document);
      else yield* index.keysOf(document.document).map((key) => ({ keys, index, key }));
    }
  }

  /** What an insert of a document is refused with whose key another has. */
  duplicate(document: Document, index: CollectionIndex | null, key: string): CommandError {
    if (index === null) return duplicateKey(this.namespace, '_id_', { _id: 1 }, { _id: document['_id'] });
    const { name, key: pattern } = index.spec;
    return duplicateKey(this.namespace, name, pattern, indexKeyValue(document, pattern, key));
  }

  /** Throws {@link Held} while a transaction has written here and not ended: what changes the collection itself must wait. */
  checkUnwritten(): void {
    for (const writer of this.writers.keys()) throw new Held(writer);
  }

  /** Builds an index of what is there. Throws the error of a duplicate key. */
  addIndex(spec: IndexSpec, time: ClusterTime): void {
    this.checkUnwritten();
    const index = new CollectionIndex(spec);
    for (const document of this.live.values()) {
      for (const key of index.keysOf(document.document)) {
        const holder = index.keys?.get(key);
        if (holder !== undefined) throw this.duplicate(document.document, index, key);
        index.keys?.settle(key, document);
      }
    }
    this.indexes.set(spec.name, index);
    this.minimum = time;
  }

  /** A version has ended. It is kept while a snapshot of before sees it. */
  retire(document: StoredDocument, oldestSnapshot: ClusterTime): void {
    if (oldestSnapshot < document.deleted) this.past.push(document);
    else this.forget(document);
  }

  /** Versions that ended since a time; whoever writes as of that time must not give their keys away. */
  *endedAfter(time: ClusterTime): Generator<StoredDocument, void> {
    for (const document of this.past) if (document.deleted > time) yield document;
  }

  /** Lets go of what no snapshot sees any more. */
  forgetBefore(oldestSnapshot: ClusterTime): void {
    if (this.past.length === 0) return;
    const kept: StoredDocument[] = [];
    for (const document of this.past) {
      if (document.deleted > oldestSnapshot) kept.push(document);
      else this.forget(document);
    }
    this.past = kept;
  }

  private forget(document: StoredDocument): void {
    this.forgotten = Math.max(this.forgotten, document.deleted);
  }
}
