import type { Document, QueryContext } from './document';

/** Makes a pipeline ready to run over documents in memory. Throws QueryError for stages and operators not known. */
export function compilePipeline(
  pipeline: readonly Document[],
  context: QueryContext,
): (documents: readonly Document[]) => readonly Document[] {
  throw new Error(`not yet: ${String(pipeline)} ${String(context)}`);
}
