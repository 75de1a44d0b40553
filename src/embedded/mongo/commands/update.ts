import { CommandError, notImplemented } from '../command-error';
import type { Document } from '../query/document';
import { compileUpdate, type Update } from '../query/update';
import type { Collection } from '../store/collection';
import type { StoredDocument } from '../store/stored-document';
import type { Transaction } from '../store/transaction';
import type { Answer } from '../wire/answer';
import { collectionOf, documentIn, flagIn } from '../document-fields';
import type { Call, Command } from './call';
import { changed, checkUpsertFilter, updateOf, upsert } from './change-document';
import { readable } from './find';
import { select } from './select';
import { statementsIn, writableCollection, write, writeEach } from './statements';

const STATEMENT_FIELDS = new Set(['q', 'u', 'upsert', 'multi', 'hint']);

export const updateCommand: Command = {
  names: ['update'],
  fields: ['update', 'updates', 'ordered', 'bypassDocumentValidation', 'comment'],
  inTransaction: true,
  isRetryable: true,
  run: update,
};

async function update(call: Call): Promise<Answer> {
  const { command, server } = call;
  const name = collectionOf(command, 'update');
  const isOrdered = command['ordered'] === undefined || flagIn(command, 'ordered');
  server.makeRoom(0);
  let n = 0;
  let nModified = 0;
  const upserted: Answer[] = [];
  const statements = statementsIn(command, 'updates');
  statements.forEach(checkStatement);
  const errors = await writeEach(call, statements, isOrdered, async (statement, index) => {
    const isUpsert = flagIn(statement, 'upsert');
    const change = readUpdate(call, statement);
    if (isUpsert) checkUpsertFilter(documentIn(statement, 'q'));
    const collection = isUpsert ? await writableCollection(call, name) : readable(call, name);
    const done = await write(call, (transaction) => updateIn(call, collection, transaction, statement, change));
    n += done.matched + (done.upserted === null ? 0 : 1);
    nModified += done.modified;
    if (done.upserted !== null) upserted.push({ index, _id: done.upserted.document['_id'] });
  });
  return { n, ...(upserted.length > 0 && { upserted }), nModified, ...errors };
}

function checkStatement(statement: Document): void {
  for (const [field, value] of Object.entries(statement)) {
    const isEmpty = field === 'arrayFilters' && Array.isArray(value) && value.length === 0;
    if (!STATEMENT_FIELDS.has(field) && !isEmpty) throw notImplemented(`'${field}' of an update`);
  }
}

/** Checks an update before anything is looked for. */
function readUpdate({ query }: Call, statement: Document): Update {
  const compiled = compileUpdate(updateOf(statement['u']), query);
  if (compiled.isReplacement && flagIn(statement, 'multi')) {
    throw new CommandError('FailedToParse', 'multi update is not supported for replacement-style update');
  }
  return compiled;
}

interface Done {
  readonly matched: number;
  readonly modified: number;
  readonly upserted: StoredDocument | null;
}

function updateIn(
  call: Call,
  collection: Collection | null,
  transaction: Transaction,
  statement: Document,
  change: Update,
): Done {
  const filter = documentIn(statement, 'q');
  const limit = flagIn(statement, 'multi') ? 0 : 1;
  const view = transaction.view;
  const found = select({ query: call.query, view }, collection, { filter, limit, hint: statement['hint'] });
  if (collection === null) return { matched: 0, modified: 0, upserted: null };
  if (found.length === 0 && flagIn(statement, 'upsert')) {
    return { matched: 0, modified: 0, upserted: upsert(collection, transaction, filter, change) };
  }
  const modified = found.filter((before) => changed(collection, transaction, before, change) !== before);
  return { matched: found.length, modified: modified.length, upserted: null };
}
