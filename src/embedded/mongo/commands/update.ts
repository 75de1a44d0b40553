import { ObjectId } from 'bson';
import { CommandError, notImplemented } from '../command-error';
import type { Document } from '../query/document';
import { compileUpdate, type Update } from '../query/update';
import type { Collection } from '../store/collection';
import { MAX_DOCUMENT_BYTES, StoredDocument } from '../store/stored-document';
import type { Transaction } from '../store/transaction';
import type { Answer } from '../wire/answer';
import { collectionOf, documentIn, documentsIn, flagIn, isDocument } from '../document-fields';
import type { Call, Command } from './call';
import { readable } from './find';
import { select } from './select';
import { writableCollection, write, writeEach } from './statements';

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
  const errors = await writeEach(call, documentsIn(command, 'updates'), isOrdered, async (statement, index) => {
    const isUpsert = flagIn(statement, 'upsert');
    const change = readUpdate(call, statement);
    if (isUpsert) checkUpsertFilter(documentIn(statement, 'q'));
    const collection = isUpsert ? await writableCollection(call, name) : readable(call, name);
    if (collection === null) return;
    const done = await write(call, (transaction) => updateIn(call, collection, transaction, statement, change));
    n += done.matched + (done.upserted === null ? 0 : 1);
    nModified += done.modified;
    if (done.upserted !== null) upserted.push({ index, _id: done.upserted.document['_id'] });
  });
  return { n, ...(upserted.length > 0 && { upserted }), nModified, ...errors, ok: 1 };
}

/** Checks a statement before anything is looked for. */
function readUpdate({ query }: Call, statement: Document): Update {
  for (const [field, value] of Object.entries(statement)) {
    const isEmpty = field === 'arrayFilters' && Array.isArray(value) && value.length === 0;
    if (!STATEMENT_FIELDS.has(field) && !isEmpty) throw notImplemented(`'${field}' of an update`);
  }
  const compiled = compileUpdate(updateOf(statement['u']), query);
  if (compiled.isReplacement && flagIn(statement, 'multi')) {
    throw new CommandError('FailedToParse', 'multi update is not supported for replacement-style update');
  }
  return compiled;
}

/** An update document, or the stages of an update pipeline. */
export function updateOf(value: unknown): Document | readonly Document[] {
  if (isDocument(value)) return value;
  if (Array.isArray(value) && value.every(isDocument)) return value;
  throw new CommandError('FailedToParse', 'Update argument must be either an object or an array');
}

/** An upsert takes its first values from the filter, which an expression has none of. */
export function checkUpsertFilter(filter: Document): void {
  if ('$expr' in filter) {
    throw new CommandError('QueryFeatureNotAllowed', '$expr is not allowed in the query predicate for an upsert');
  }
  for (const name of ['$and', '$or', '$nor']) {
    if (Array.isArray(filter[name])) documentsIn(filter, name).forEach(checkUpsertFilter);
  }
}

interface Done {
  readonly matched: number;
  readonly modified: number;
  readonly upserted: StoredDocument | null;
}

function updateIn(
  call: Call,
  collection: Collection,
  transaction: Transaction,
  statement: Document,
  change: Update,
): Done {
  const filter = documentIn(statement, 'q');
  const limit = flagIn(statement, 'multi') ? 0 : 1;
  const view = transaction.view;
  const found = select({ query: call.query, view }, collection, { filter, limit, hint: statement['hint'] });
  if (found.length === 0 && flagIn(statement, 'upsert')) {
    return { matched: 0, modified: 0, upserted: upsert(collection, transaction, filter, change) };
  }
  const modified = found.filter((before) => changed(collection, transaction, before, change) !== before);
  return { matched: found.length, modified: modified.length, upserted: null };
}

/** The document after the update; the same where the update changes nothing. */
export function changed(
  collection: Collection,
  transaction: Transaction,
  before: StoredDocument,
  change: Update,
): StoredDocument {
  const document = change.apply(before.document);
  if (document === before.document) return before;
  const after = StoredDocument.fromDocument(document);
  if (after.bytes.length > MAX_DOCUMENT_BYTES) {
    throw new CommandError(17_419, `Resulting document after update is larger than ${MAX_DOCUMENT_BYTES}`);
  }
  transaction.replace(collection, before, after);
  return after;
}

export function upsert(
  collection: Collection,
  transaction: Transaction,
  filter: Document,
  change: Update,
): StoredDocument {
  const document = StoredDocument.fromDocument(change.insert(filter, () => new ObjectId()));
  transaction.insert(collection, document);
  return document;
}
