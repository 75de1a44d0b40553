import { BSONError, ObjectId } from 'bson';
import { CommandError } from '../command-error';
import { MAX_DOCUMENT_BYTES, OVERHEAD_BYTES, StoredDocument } from '../store/stored-document';
import type { Answer } from '../wire/answer';
import { collectionOf, flagIn } from '../document-fields';
import type { Call, Command } from './call';
import { checkId } from './change-document';
import { writableCollection, write, writeEach } from './statements';

/** What makes a document larger than the limit of one, so that mongod does not take its message apart: 16 MiB and 16 KiB. */
const MAX_INTERNAL_BYTES = MAX_DOCUMENT_BYTES + 16 * 1024;

export const insertCommand: Command = {
  names: ['insert'],
  fields: ['insert', 'documents', 'ordered', 'bypassDocumentValidation', 'comment'],
  rawField: 'documents',
  inTransaction: true,
  isRetryable: true,
  run: insert,
};

async function insert(call: Call): Promise<Answer> {
  const { command, server } = call;
  const name = collectionOf(command, 'insert');
  const documents = rawDocuments(command['documents']);
  const isOrdered = command['ordered'] === undefined || flagIn(command, 'ordered');
  const collection = await writableCollection(call, name);
  server.makeRoom(documents.reduce((sum, { length }) => sum + length + OVERHEAD_BYTES, 0));
  let n = 0;
  const errors = await writeEach(call, documents, isOrdered, async (bytes) => {
    const document = readDocument(bytes);
    await write(call, (transaction) => transaction.insert(collection, document));
    n++;
  });
  return { n, ...errors };
}

/** They were left as bytes when the command was decoded. */
function rawDocuments(value: unknown): Uint8Array[] {
  if (!Array.isArray(value))
    throw new CommandError(40_414, `BSON field 'insert.documents' is missing but a required field`);
  if (value.length === 0) {
    throw new CommandError('InvalidLength', 'Write batch sizes must be between 1 and 100000. Got 0 operations.');
  }
  return value.map((item: unknown) => {
    if (!(item instanceof Uint8Array))
      throw new CommandError('TypeMismatch', 'every document to insert must be an object');
    if (item.length <= MAX_INTERNAL_BYTES) return item;
    const message = `BSONObj size: ${item.length} is invalid. Size must be between 0 and ${MAX_INTERNAL_BYTES}`;
    throw new CommandError('BSONObjectTooLarge', message);
  });
}

/** The document as it is stored: one without an `_id` is given one, and it stands first. */
function readDocument(bytes: Uint8Array): StoredDocument {
  try {
    const stored = StoredDocument.fromBytes(bytes);
    const [first] = Object.keys(stored.document);
    checkId(stored.document['_id']);
    if (first === '_id') return stored;
    const { _id = new ObjectId(), ...fields } = stored.document;
    return StoredDocument.fromDocument({ _id, ...fields });
  } catch (error) {
    if (!BSONError.isBSONError(error)) throw error;
    throw new CommandError('InvalidBSON', error.message);
  }
}
