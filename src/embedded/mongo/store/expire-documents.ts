import { sortValues } from '../query/index-keys';
import type { Collection } from './collection';
import type { IndexSpec } from './index-spec';
import type { Store } from './store';
import type { StoredDocument } from './stored-document';

/** Removes what has expired by the indexes with `expireAfterSeconds`; gives the number of documents. What a transaction holds waits for the next time. */
export function expireDocuments(store: Store, now: Date): number {
  let count = 0;
  for (const collection of store.all()) {
    for (const index of collection.indexes.values()) {
      const { expireAfterSeconds } = index.spec;
      if (expireAfterSeconds === null) continue;
      const before = now.getTime() - expireAfterSeconds * 1_000;
      const isMeant = (stored: StoredDocument): boolean =>
        stored.deleter === null && earliest(stored, index.spec) <= before && index.keysOf(stored.document).length > 0;
      count += removeAll(store, collection, [...collection.live.values()].filter(isMeant));
    }
  }
  return count;
}

function removeAll(store: Store, collection: Collection, expired: readonly StoredDocument[]): number {
  if (expired.length === 0) return 0;
  const transaction = store.begin();
  for (const document of expired) transaction.remove(collection, document);
  transaction.commit();
  return expired.length;
}

/** The date in the indexed field, of an array of dates the earliest, ms; infinite where there is none: such a document stays. */
function earliest({ document }: StoredDocument, { key }: IndexSpec): number {
  const [field, ...others] = Object.keys(key);
  if (field === undefined || others.length > 0) return Infinity;
  const dates = sortValues(document, [field.split('.')])
    .flat()
    .filter((one) => one instanceof Date);
  return Math.min(...dates.map((date) => date.getTime()));
}
