import { Binary, Timestamp } from 'bson';
import { decode, encode } from '../bson';
import { documentIn, documentsIn, numberIn, textOf } from '../document-fields';
import type { Document } from '../query/document';
import { openSaved, SavedFileDamaged, saveFile } from '../../saved-file';
import { fromTimestamp, toTimestamp } from './cluster-clock';
import type { Collection } from './collection';
import { describeIndex, readIndexSpec } from './index-spec';
import { Store } from './store';
import { StoredDocument } from './stored-document';

/*
 * The file is a row of BSON documents, as mongodump writes them:
 *
 *     { format: 'logwarren embedded mongo', version: 1, time }
 *     { collection: { database, name, uuid, indexes: [...], documents: 2 } }
 *     the first document
 *     the second document
 *     { collection: ... }
 *
 * Nothing is held twice to write it: documents go out as the bytes that they are stored as.
 */
const FORMAT = 'logwarren embedded mongo';
const VERSION = 1;
const MIN_DOCUMENT_BYTES = 5;
/** The largest document that is stored, and room for the largest head of a collection. */
const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;

/** Writes everything that is committed in place of the file of before. */
export async function saveStore(path: string, store: Store): Promise<void> {
  await saveFile(path, written(store));
}

/** The store as it was saved; null where there is no file. Rejects with SavedFileDamaged for a file that it cannot be made of. */
export async function loadStore(path: string, now: () => Date): Promise<Store | null> {
  const chunks = await openSaved(path);
  if (chunks === null) return null;
  const documents = cut(chunks);
  const head = await documents.next();
  if (head.done === true) throw new SavedFileDamaged(`${path}: empty`);
  const { format, version, time } = decode(head.value);
  if (format !== FORMAT || String(version) !== String(VERSION) || !(time instanceof Timestamp)) {
    throw new SavedFileDamaged(`${path}: no file of this version`);
  }
  const store = new Store(now, fromTimestamp(time));
  let open: { collection: Collection; left: number } | null = null;
  for await (const bytes of documents) {
    if (open === null || open.left === 0) open = openCollection(store, decode(bytes));
    else {
      open.left--;
      const transaction = store.begin();
      transaction.insert(open.collection, StoredDocument.fromBytes(bytes));
      transaction.commit();
    }
  }
  if (open !== null && open.left > 0) throw new SavedFileDamaged(`${path}: ends too early`);
  return store;
}

function* written(store: Store): Generator<Buffer> {
  yield encode({ format: FORMAT, version: VERSION, time: toTimestamp(store.clock.current) });
  for (const { database, name, uuid, indexes, live } of store.all()) {
    const specs = Array.from(indexes.values(), ({ spec }) => describeIndex(spec));
    yield encode({ collection: { database, name, uuid: new Binary(uuid), indexes: specs, documents: live.size } });
    for (const { bytes } of live.values()) yield bytes;
  }
}

function openCollection(store: Store, head: Document): { collection: Collection; left: number } {
  const saved = documentIn(head, 'collection');
  const { uuid } = saved;
  if (!(uuid instanceof Binary)) throw new SavedFileDamaged('a collection without its uuid');
  const collection = store.create(textOf(saved, 'database'), textOf(saved, 'name'), Buffer.from(uuid.value()));
  for (const index of documentsIn(saved, 'indexes')) {
    const spec = readIndexSpec(index);
    if (!collection.indexes.has(spec.name)) collection.addIndex(spec, store.clock.current);
  }
  return { collection, left: numberIn(saved, 'documents') ?? 0 };
}

/** Cuts bytes, some at a time, into BSON documents: each begins with its length. */
async function* cut(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let at = 0;
    for (let length = lengthAt(held, at); length <= held.length - at; length = lengthAt(held, at)) {
      yield held.subarray(at, at + length);
      at += length;
    }
    held = held.subarray(at);
  }
  if (held.length > 0) throw new SavedFileDamaged('ends within a document');
}

/** Infinite while it is not there. */
function lengthAt(bytes: Buffer, at: number): number {
  if (bytes.length - at < 4) return Infinity;
  const length = bytes.readInt32LE(at);
  if (length >= MIN_DOCUMENT_BYTES && length <= MAX_DOCUMENT_BYTES) return length;
  throw new SavedFileDamaged(`a document of ${length} bytes`);
}
