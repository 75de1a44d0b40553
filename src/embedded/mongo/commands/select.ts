import { CommandError, notImplemented } from '../command-error';
import type { Document } from '../query/document';
import { compileFilter, idsNamedBy } from '../query/filter';
import { sortBy } from '../query/sort';
import { equalPatterns } from '../store/index-rules';
import { valueKey } from '../query/value-key';
import type { Collection } from '../store/collection';
import type { CollectionIndex } from '../store/collection-index';
import type { StoredDocument } from '../store/stored-document';
import { isDocument } from '../document-fields';
import type { Call } from './call';

/** Which documents of a collection, and in what order. */
interface Selection {
  readonly filter: Document;
  readonly sort?: Document | null;
  readonly skip?: number;
  /** 0: all. */
  readonly limit?: number;
  /** The name or the pattern of an index. */
  readonly hint?: unknown;
}

/**
 * The documents that are meant, as the call sees them. Null for the collection means none. Throws what mongod refuses: a
 * filter, a sort, a hint that names no index.
 */
export function select(
  { query, view }: Pick<Call, 'query' | 'view'>,
  collection: Collection | null,
  { filter, sort = null, skip = 0, limit = 0, hint }: Selection,
): StoredDocument[] {
  const matches = compileFilter(filter, query);
  if (collection === null) return [];
  const index = hinted(collection, hint);
  const isContained = index?.spec.sparse === true || index?.spec.partialFilterExpression != null;
  const ids = idsNamedBy(filter);
  const among = ids === null ? collection.seenBy(view) : collection.named(new Set(ids.map(valueKey)), view);
  const order = orderOf(sort, ids);
  const end = limit === 0 ? Infinity : skip + limit;
  const found: StoredDocument[] = [];
  for (const stored of among) {
    if (!matches(stored.document)) continue;
    if (isContained && index?.keysOf(stored.document).length === 0) continue;
    found.push(stored);
    if (order === null && found.length === end) break;
  }
  return (order === null ? found : sorted(found, order, end)).slice(skip, end);
}

/** Without a sort documents come as they lie, but several that are looked up by their `_id` in the order of its index. */
function orderOf(sort: Document | null, ids: readonly unknown[] | null): Document | null {
  if (sort !== null && Object.keys(sort).length > 0) return sort;
  return ids !== null && ids.length > 1 ? { _id: 1 } : null;
}

function sorted(found: readonly StoredDocument[], sort: Document, limit: number): StoredDocument[] {
  if ('$natural' in sort) return Number(sort['$natural']) < 0 ? [...found].reverse() : [...found];
  return sortBy(found, ({ document }) => document, sort, limit);
}

/** A hint changes the answer only where its index does not hold every document. */
function hinted(collection: Collection, hint: unknown): CollectionIndex | null {
  if (hint === undefined || hint === null) return null;
  if (isDocument(hint) && Number(hint['$natural']) < 0) throw notImplemented('a hint to go backwards');
  if (isDocument(hint) && (Object.keys(hint).length === 0 || '$natural' in hint)) return null;
  for (const index of collection.indexes.values()) {
    const { name, key } = index.spec;
    if (typeof hint === 'string' ? hint === name : isDocument(hint) && equalPatterns(hint, key)) return index;
  }
  const message = `error processing query: ns=${collection.namespace}: planner returned error :: caused by :: hint provided does not correspond to an existing index`;
  throw new CommandError('BadValue', message);
}
