import { BSONRegExp, ObjectId } from 'bson';
import { CommandError } from '../command-error';
import { documentsIn, isDocument } from '../document-fields';
import type { Document } from '../query/document';
import type { Update } from '../query/update';
import { typeOf } from '../query/values/bson-type';
import type { Collection } from '../store/collection';
import { MAX_DOCUMENT_BYTES, StoredDocument } from '../store/stored-document';
import type { Transaction } from '../store/transaction';

/** What update and findAndModify do to a document, and to one that is not there. */

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
  if (document.bytes.length > MAX_DOCUMENT_BYTES) {
    throw new CommandError(17_420, `Document to upsert is larger than ${MAX_DOCUMENT_BYTES}`);
  }
  checkId(document.document['_id']);
  transaction.insert(collection, document);
  return document;
}

/** What no document may have for its `_id`, however it comes to be. */
export function checkId(id: unknown): void {
  const [operator] = isDocument(id) ? Object.keys(id).filter((name) => name.startsWith('$')) : [];
  if (operator !== undefined) {
    const message = `_id fields may not contain '$'-prefixed fields: ${operator} is not valid for storage.`;
    throw new CommandError('DollarPrefixedFieldName', message);
  }
  if (!Array.isArray(id) && !(id instanceof BSONRegExp)) return;
  throw new CommandError('InvalidIdField', `The '_id' value cannot be of type ${typeOf(id)}`);
}
