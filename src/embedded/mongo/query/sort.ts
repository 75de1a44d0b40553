import type { Document } from './document';

/**
 * The documents in the order of a sort specification (`{ to: -1, _id: 1 }`), in a new array; equal ones keep their order.
 * An array sorts by its smallest element ascending and its largest descending. Throws QueryError for a bad specification.
 *
 * @param limit how many are wanted from the front; the others are left out.
 */
export function sortDocuments(documents: readonly Document[], spec: Document, limit = Infinity): Document[] {
  throw new Error(`not yet: ${String(documents)} ${String(spec)} ${limit}`);
}
