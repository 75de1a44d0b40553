import { CommandError } from '../command-error';
import { compileProjection } from '../query/projection';
import { compileUpdate } from '../query/update';
import { encode } from '../bson';
import type { Collection } from '../store/collection';
import type { StoredDocument } from '../store/stored-document';
import type { Transaction } from '../store/transaction';
import { type Answer, RawDocument } from '../wire/answer';
import { collectionOf, documentIn, flagIn, optionalDocument } from '../document-fields';
import type { Call, Command } from './call';
import { readable } from './find';
import { select } from './select';
import { writableCollection, write } from './statements';
import { changed, checkUpsertFilter, updateOf, upsert } from './change-document';

export const findAndModifyCommand: Command = {
  names: ['findAndModify', 'findandmodify'],
  fields: [
    ...['findAndModify', 'findandmodify', 'query', 'sort', 'remove', 'update', 'new', 'fields', 'upsert', 'hint'],
    ...['bypassDocumentValidation', 'comment'],
  ],
  inTransaction: true,
  isRetryable: true,
  run: findAndModify,
};

/** What happened, and the document to answer with: before or after it. */
interface Done {
  readonly value: StoredDocument | null;
  readonly lastErrorObject: Answer;
}

async function findAndModify(call: Call): Promise<Answer> {
  const { command, server, name } = call;
  checkArguments(call);
  server.makeRoom(0);
  const collectionName = collectionOf(command, name);
  const isUpsert = flagIn(command, 'upsert');
  if (isUpsert) checkUpsertFilter(documentIn(command, 'query'));
  const collection = isUpsert ? await writableCollection(call, collectionName) : readable(call, collectionName);
  const project = compileProjection(documentIn(command, 'fields'), call.query);
  const { value, lastErrorObject } = await modify(call, collection);
  const shown =
    value === null ? null : new RawDocument(project === null ? value.bytes : encode(project(value.document)));
  return { lastErrorObject, value: shown };
}

function checkArguments({ command }: Call): void {
  const isRemove = flagIn(command, 'remove');
  if (isRemove === (command['update'] !== undefined)) {
    const message = isRemove
      ? 'Cannot specify both an update and remove=true'
      : 'Either an update or remove=true must be specified';
    throw new CommandError('FailedToParse', message);
  }
  if (isRemove && flagIn(command, 'upsert')) {
    throw new CommandError('FailedToParse', 'Cannot specify both upsert=true and remove=true ');
  }
  if (isRemove && flagIn(command, 'new')) {
    const message = "Cannot specify both new=true and remove=true; 'remove' always returns the deleted document";
    throw new CommandError('FailedToParse', message);
  }
}

async function modify(call: Call, collection: Collection | null): Promise<Done> {
  const { command, query } = call;
  const isRemove = flagIn(command, 'remove');
  const change = isRemove ? null : compileUpdate(updateOf(command['update']), query);
  const nothing: Answer = isRemove ? { n: 0 } : { n: 0, updatedExisting: false };
  if (collection === null) return { value: null, lastErrorObject: nothing };
  const filter = documentIn(command, 'query');
  const selection = { filter, sort: optionalDocument(command, 'sort'), limit: 1, hint: command['hint'] };
  return write(call, (transaction: Transaction): Done => {
    const [found] = select({ query, view: transaction.view }, collection, selection);
    if (found === undefined) {
      if (change === null || !flagIn(command, 'upsert')) return { value: null, lastErrorObject: nothing };
      const inserted = upsert(collection, transaction, filter, change);
      const lastErrorObject = { n: 1, updatedExisting: false, upserted: inserted.document['_id'] };
      return { value: flagIn(command, 'new') ? inserted : null, lastErrorObject };
    }
    if (change === null) {
      transaction.remove(collection, found);
      return { value: found, lastErrorObject: { n: 1 } };
    }
    const after = changed(collection, transaction, found, change);
    return { value: flagIn(command, 'new') ? after : found, lastErrorObject: { n: 1, updatedExisting: true } };
  });
}
