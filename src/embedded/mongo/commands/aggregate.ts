import { encode } from '../bson';
import { CommandError, notImplemented } from '../command-error';
import type { Document } from '../query/document';
import { compilePipeline } from '../query/aggregate';
import type { Answer } from '../wire/answer';
import { collectionOf, countIn, documentIn, documentsIn, isDocument, optionalDocument } from '../document-fields';
import type { Call, Command } from './call';
import { currentOperations } from './current-op';
import { Cursor } from './cursors';
import { readable, snapshotFields } from './find';
import { select } from './select';

export const aggregateCommand: Command = {
  names: ['aggregate'],
  fields: ['aggregate', 'pipeline', 'cursor', 'hint', 'allowDiskUse', 'bypassDocumentValidation', 'comment'],
  inTransaction: true,
  inSnapshot: true,
  run: aggregate,
};

function aggregate(call: Call): Answer {
  const { command, database, server, session } = call;
  const cursorOptions = optionalDocument(command, 'cursor');
  if (cursorOptions === null) {
    throw new CommandError(
      'FailedToParse',
      "The 'cursor' option is required, except for aggregate with the explain argument",
    );
  }
  const pipeline = documentsIn(command, 'pipeline');
  const [name, results] =
    typeof command['aggregate'] === 'string' ? ofCollection(call, pipeline) : ofDatabase(call, pipeline);
  const batchSize = countIn(cursorOptions, 'batchSize');
  const cursor = Cursor.of(`${database}.${name}`, results, encode);
  return server.cursors.start(cursor, session?.key ?? null, { batchSize, fields: snapshotFields(call) });
}

/** A $match at the front selects, as a find does; the rest runs over what it found. */
function ofCollection(call: Call, pipeline: readonly Document[]): [string, readonly Document[]] {
  const name = collectionOf(call.command, 'aggregate');
  const [first, ...others] = pipeline;
  const isMatch = first !== undefined && isDocument(first['$match']) && Object.keys(first).length === 1;
  const run = compilePipeline(isMatch ? others : pipeline, call.query);
  const filter = isMatch ? documentIn(first, '$match') : {};
  const found = select(call, readable(call, name), { filter, hint: call.command['hint'] });
  return [name, run(found.map(({ document }) => document))];
}

/** `{aggregate: 1}`: of a whole database, of which $currentOp alone is known. */
function ofDatabase(call: Call, pipeline: readonly Document[]): [string, readonly Document[]] {
  const [first, ...others] = pipeline;
  if (first === undefined || !isDocument(first['$currentOp'])) {
    throw notImplemented('an aggregate of a database that does not begin with $currentOp');
  }
  return ['$cmd.aggregate', compilePipeline(others, call.query)(currentOperations(call, first['$currentOp']))];
}
