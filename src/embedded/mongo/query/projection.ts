import type { Document, QueryContext } from './document';

/**
 * Makes the `projection` of a find (or a `$project`) ready: inclusion or exclusion, nested, with computed fields. Null for
 * the empty one, which leaves documents as they are. Throws QueryError.
 */
export function compileProjection(spec: Document, context: QueryContext): ((document: Document) => Document) | null {
  throw new Error(`not yet: ${String(spec)} ${String(context)}`);
}
