import type { Document, QueryContext } from './document';

/** An update that was checked and is ready to be applied to many documents. */
export interface Update {
  /** A whole new document: mongod refuses it for updates of many. */
  readonly isReplacement: boolean;
  /**
   * The document after the update: the very same object where nothing changed, byte for byte (what mongod counts in
   * `nModified`). Throws QueryError where it cannot be applied to this document, or would change its `_id`.
   */
  apply(document: Document): Document;
  /**
   * The document that an upsert inserts: the filter's equalities with the update and `$setOnInsert` applied. Where
   * neither gives an `_id`, it has one made by `newId`, in first place.
   */
  insert(filter: Document, newId: () => unknown): Document;
}

/**
 * Checks and prepares an update: operators, a replacement document, or a pipeline. Throws QueryError for what mongod
 * refuses at once (unknown modifiers, conflicting paths), and for what this server does not know (positional operators).
 */
export function compileUpdate(update: Document | readonly Document[], context: QueryContext): Update {
  throw new Error(`not yet: ${String(update)} ${String(context)}`);
}
