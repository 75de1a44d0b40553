import { CommandError } from '../command-error';
import { asNumber } from '../query/values/numbers';
import type { MongoNotice } from '../notice';
import type { Collection } from './collection';
import type { Store } from './store';
import { OVERHEAD_BYTES, type StoredDocument } from './stored-document';

/** How the store is kept within its bound. */
export interface Bound {
  /** Of memory: a small document takes several times its own bytes. */
  readonly maxBytes: number;
  /** The collection, in whatever database, whose documents go, and the field by which the lowest go first. */
  readonly evict: { readonly collection: string; readonly by: string };
}

/** So much is freed at once, so that the oldest have not to be looked for at every write. */
const FREED_SHARE = 0.05;

/**
 * Removes the oldest documents where the store would hold more than its bound with so many bytes of memory more, and tells of it.
 * Throws OutOfDiskSpace where that is not enough: then nothing may be written.
 */
export function makeRoom(
  store: Store,
  incoming: number,
  { maxBytes, evict }: Bound,
  notify: (notice: MongoNotice) => void,
): void {
  let surplus = store.memoryBytes + incoming - maxBytes;
  if (surplus <= 0) return;
  if (incoming > maxBytes) throw outOfSpace(store, maxBytes);
  surplus += maxBytes * FREED_SHARE;
  for (const collection of store.all()) {
    if (collection.name !== evict.collection || surplus <= 0) continue;
    surplus -= removeOldest(store, collection, evict.by, surplus, notify);
  }
  if (store.memoryBytes + incoming > maxBytes) throw outOfSpace(store, maxBytes);
}

function outOfSpace({ memoryBytes }: Store, maxBytes: number): CommandError {
  const message = `the embedded server holds ${memoryBytes} bytes in memory, of ${maxBytes} at most`;
  return new CommandError('OutOfDiskSpace', message);
}

/** Gives the number of bytes of memory that were freed. */
function removeOldest(
  store: Store,
  collection: Collection,
  by: string,
  wanted: number,
  notify: (notice: MongoNotice) => void,
): number {
  const order = ({ document }: StoredDocument): number => asNumber(document[by]) ?? -Infinity;
  const oldestFirst = [...collection.live.values()].filter(({ deleter }) => deleter === null);
  oldestFirst.sort((a, b) => order(a) - order(b));
  const transaction = store.begin();
  let bytes = 0;
  let count = 0;
  const freed = (): number => bytes + count * OVERHEAD_BYTES;
  while (freed() < wanted && count < oldestFirst.length) {
    const document = oldestFirst[count++];
    if (document === undefined) break;
    transaction.remove(collection, document);
    bytes += document.bytes.length;
  }
  transaction.commit();
  const [first, last] = [oldestFirst[0], oldestFirst[count - 1]];
  if (first !== undefined && last !== undefined) {
    notify({ type: 'evicted', namespace: collection.namespace, count, bytes, from: order(first), to: order(last) });
  }
  return freed();
}
