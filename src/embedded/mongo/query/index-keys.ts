import type { Document } from './document';

/**
 * The keys under which an index with this pattern (`{ parts: 1 }`) holds a document, each a text that is equal for equal
 * keys, without repetition: several where a field holds an array. A sparse index holds no document that has none of its
 * fields. Throws QueryError (171) where two fields of the pattern are arrays.
 */
export function indexKeys(document: Document, pattern: Document, sparse: boolean): string[] {
  throw new Error(`not yet: ${String(document)} ${String(pattern)} ${sparse}`);
}

/**
 * The values behind one of {@link indexKeys}, as the `keyValue` of an E11000 error shows them: the fields of the pattern,
 * with null for one that is missing.
 */
export function indexKeyValue(document: Document, pattern: Document, key: string): Document {
  throw new Error(`not yet: ${String(document)} ${String(pattern)} ${key}`);
}
