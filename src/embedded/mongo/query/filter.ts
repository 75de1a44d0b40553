import type { Document, QueryContext } from './document';

/** Whether a document is meant. */
export type Matches = (document: Document) => boolean;

/**
 * Makes a filter ready to run over many documents. Throws QueryError for what mongod refuses, and for operators that
 * mongod knows and this server does not.
 */
export function compileFilter(filter: Document, context: QueryContext): Matches {
  throw new Error(`not yet: ${String(filter)} ${String(context)}`);
}

/**
 * The values of `_id` that a filter admits, by its top level alone (`{_id: x}`, `{_id: {$eq: x}}`, `{_id: {$in: [...]}}`);
 * null where it does not name them. For looking documents up instead of scanning; the filter must still be run on them.
 */
export function idsNamedBy(filter: Document): readonly unknown[] | null {
  throw new Error(`not yet: ${String(filter)}`);
}
