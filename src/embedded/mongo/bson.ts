import { deserialize, serialize } from 'bson';
import { CommandError } from './command-error';
import type { Document } from './query/document';

/** Every value keeps its BSON type, so that what is read and written again is what it was: 5.0 stays a Double. */
const KEEP_TYPES = { promoteValues: false, promoteLongs: false, bsonRegExp: true } as const;

/** Decodes one document. Its Binary values are windows on `bytes`, not copies. Throws BSONError for what is no BSON. */
export function decode(bytes: Uint8Array): Document {
  return deserialize(bytes, KEEP_TYPES);
}

/** Decodes a command; the documents in its array `rawField` stay undecoded, windows on `bytes`. */
export function decodeCommand(bytes: Uint8Array, rawField?: string): Document {
  return deserialize(bytes, rawField === undefined ? KEEP_TYPES : { ...KEEP_TYPES, fieldsAsRaw: { [rawField]: true } });
}

/** Encodes a document in bytes of its own. Throws BSONObjectTooLarge for one beyond 17 MiB, or too deep. */
export function encode(document: Document): Buffer {
  try {
    const bytes = serialize(document, { ignoreUndefined: true });
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    if (isRangeError(error))
      throw new CommandError('BSONObjectTooLarge', 'the document is too large, or nested too deep');
    throw error;
  }
}

/** What running over the end of a buffer, or of the stack, throws. By its name: the class differs between contexts. */
function isRangeError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'RangeError';
}
