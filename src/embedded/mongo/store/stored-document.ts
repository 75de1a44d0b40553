import { decode, encode } from '../bson';
import type { Document } from '../query/document';
import { valueKey } from '../query/value-key';
import { type ClusterTime, LATEST } from './cluster-clock';
import type { Writer } from './writer';

/** The largest document that is stored, as mongod has it: 16 MiB. */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
/**
 * What a document takes in memory besides its bytes, roughly: its decoded fields and its keys. As measured of a chunk of
 * one record, which has 450 bytes: a store of such is mostly this.
 */
export const OVERHEAD_BYTES = 2_560;
/** Later than {@link LATEST}: what has not happened. */
const NEVER = Infinity;

/**
 * One version of a document. Its bytes never change: an update is a new version. Who may see it follows from when it was
 * written and when it was replaced or deleted, and, while a transaction has not committed either, by which one.
 */
export class StoredDocument {
  created: ClusterTime = NEVER;
  deleted: ClusterTime = NEVER;
  /** The transaction that writes it, until its commit. */
  writer: Writer | null = null;
  /** The transaction that replaces or deletes it, until it commits or gives up. Another must not meanwhile. */
  deleter: Writer | null = null;
  /** Its place in the index of `_id`. */
  readonly idKey: string;

  private constructor(
    readonly bytes: Buffer,
    readonly document: Document,
  ) {
    this.idKey = valueKey(document['_id']);
  }

  /** Copies the bytes, which may be a window on something larger. Throws BSONError for what is no BSON. */
  static fromBytes(bytes: Uint8Array): StoredDocument {
    const own = Buffer.from(bytes);
    return new StoredDocument(own, decode(own));
  }

  static fromDocument(document: Document): StoredDocument {
    const bytes = encode(document);
    return new StoredDocument(bytes, decode(bytes)); // decoded anew, so that its Binary values are windows and not second copies
  }

  isVisible({ at, transaction }: View): boolean {
    if (transaction !== null) {
      if (this.deleter === transaction) return false;
      if (this.writer === transaction) return true;
    }
    return this.created <= at && at < this.deleted;
  }
}

/** What somebody sees of the store: what was committed by a time, and what their own transaction did. */
export interface View {
  readonly at: ClusterTime;
  readonly transaction: Writer | null;
}

export const LATEST_VIEW: View = { at: LATEST, transaction: null };
