import { CommandError } from '../command-error';
import type { StoredDocument } from './stored-document';
import type { Writer } from './writer';

/** Somebody else's transaction has written here and not ended yet: wait for it, or give up. */
export class Held extends Error {
  override readonly name = 'Held';

  constructor(readonly holder: Writer) {
    super('held by a transaction');
  }
}

/** Two transactions wrote the same; this one has to begin anew. */
export function writeConflict(): CommandError {
  const message =
    'WriteConflict error: this operation conflicted with another operation. Please retry your operation or multi-document transaction.';
  return new CommandError('WriteConflict', message);
}

/** Of each key the one document that has it, and of keys that transactions are about to give, by which and to which. */
export class KeyMap {
  private readonly holders = new Map<string, StoredDocument>();
  private readonly reserved = new Map<string, StoredDocument>();

  get(key: string): StoredDocument | undefined {
    return this.holders.get(key);
  }

  get size(): number {
    return this.holders.size;
  }

  /** All holders, in the order of their keys' first use. */
  values(): IterableIterator<StoredDocument> {
    return this.holders.values();
  }

  /** Whether the key has gone over, or is about to go, from a version of one document to another document. */
  isWithAnother(key: string, { idKey }: StoredDocument): boolean {
    const newest = this.reserved.get(key) ?? this.holders.get(key);
    return newest !== undefined && newest.idKey !== idKey;
  }

  /**
   * Keeps a key for a document until the transaction ends. False when another document has the key already. Throws
   * {@link Held} when it depends on another transaction, and a WriteConflict when it was given after this one began.
   */
  reserve(key: string, document: StoredDocument, transaction: Writer): boolean {
    const pending = this.reserved.get(key);
    if (pending?.writer != null && pending.writer !== transaction) throw new Held(pending.writer);
    if (pending !== undefined) return false;
    const holder = this.holders.get(key);
    if (holder !== undefined && holder.deleter !== transaction) {
      if (holder.deleter !== null) throw new Held(holder.deleter);
      if (holder.created > transaction.snapshot) throw writeConflict();
      return false;
    }
    this.reserved.set(key, document);
    return true;
  }

  /** Takes a reservation back. */
  release(key: string, document: StoredDocument): void {
    if (this.reserved.get(key) === document) this.reserved.delete(key);
  }

  /** Makes a document the holder of its reserved key; it takes the place of the one before. */
  settle(key: string, document: StoredDocument): void {
    this.release(key, document);
    this.holders.set(key, document);
  }

  /** A document that is gone holds its key no longer, unless a later one took it over. */
  drop(key: string, document: StoredDocument): void {
    if (this.holders.get(key) === document && !this.reserved.has(key)) this.holders.delete(key);
  }
}
