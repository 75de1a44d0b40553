import { CommandError, notImplemented } from '../command-error';
import type { Document } from '../query/document';
import type { Answer } from '../wire/answer';
import { collectionOf, documentIn, flagIn, numberIn } from '../document-fields';
import type { Call, Command } from './call';
import { readable } from './find';
import { select } from './select';
import { statementsIn, write, writeEach } from './statements';

const STATEMENT_FIELDS = new Set(['q', 'limit', 'hint']);

export const deleteCommand: Command = {
  names: ['delete'],
  fields: ['delete', 'deletes', 'ordered', 'comment'],
  inTransaction: true,
  isRetryable: true,
  run: remove,
};

async function remove(call: Call): Promise<Answer> {
  const { command } = call;
  const collection = readable(call, collectionOf(command, 'delete'));
  const isOrdered = command['ordered'] === undefined || flagIn(command, 'ordered');
  let n = 0;
  const statements = statementsIn(command, 'deletes');
  statements.forEach(checkStatement);
  const errors = await writeEach(call, statements, isOrdered, async (statement) => {
    const { hint } = statement;
    const selection = { filter: documentIn(statement, 'q'), limit: numberIn(statement, 'limit') ?? 0, hint };
    n += await write(call, (transaction) => {
      const found = select({ query: call.query, view: transaction.view }, collection, selection);
      if (collection !== null) for (const document of found) transaction.remove(collection, document);
      return found.length;
    });
  });
  return { n, ...errors };
}

function checkStatement(statement: Document): void {
  for (const field of Object.keys(statement)) {
    if (!STATEMENT_FIELDS.has(field)) throw notImplemented(`'${field}' of a delete`);
  }
  const limit = numberIn(statement, 'limit');
  if (limit === null) {
    throw new CommandError(40_414, "BSON field 'delete.deletes.limit' is missing but a required field");
  }
  if (limit === 0 || limit === 1) return;
  throw new CommandError('FailedToParse', `The limit field in delete objects must be 0 or 1. Got ${limit}`);
}
