import { identicalValues } from '../compare';
import { type Document, type QueryContext, asDocument } from '../document';
import { compileDocumentStage } from '../stages/document-stages';
import { CommandError } from '../../command-error';

/**
 * Makes a pipeline ready that makes a new document out of each: `$set`, `$addFields`, `$unset`, `$project`,
 * `$replaceRoot`, `$replaceWith`. A document that comes out without an `_id` keeps its own.
 */
export function compileUpdatePipeline(
  pipeline: readonly Document[],
  context: QueryContext,
): (document: Document) => Document {
  const stages = pipeline.map((given) => {
    const stage = asDocument(given) ?? {};
    const [name = '', ...more] = Object.keys(stage);
    if (name === '' || more.length > 0) {
      throw new CommandError(40323, 'A pipeline stage specification object must contain exactly one field.');
    }
    const apply = compileDocumentStage(name, stage[name], context);
    if (apply === null) throw new CommandError('InvalidOptions', `${name} is not allowed to be used within an update`);
    return apply;
  });
  return (document) => {
    const changed = stages.reduce((current, stage) => stage(current), document);
    if (identicalValues(changed, document)) return document;
    return '_id' in changed || !('_id' in document) ? changed : { _id: document._id, ...changed };
  };
}
