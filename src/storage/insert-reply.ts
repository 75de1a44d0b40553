import { mongo } from 'mongoose';

/** What became of a document that was to be durable. */
export type InsertOutcome =
  /** `duplicate`: what it stands for was there already. Durable either way. */
  | { readonly status: 'stored' | 'duplicate' }
  /** The store will never take it. */
  | { readonly status: 'refused'; readonly message: string };

const DUPLICATE_KEY = 11_000;
/** BadValue (also: object to insert too large), InvalidBSON, DocumentValidationFailure, BSONObjectTooLarge. */
const PERMANENT = new Set([2, 22, 121, 10_334]);

interface WriteError {
  readonly index: number;
  readonly code: number;
  readonly errmsg?: string;
  readonly keyPattern?: Readonly<Record<string, unknown>>;
}

/**
 * Reads the reply to an unordered insert of `count` documents, one outcome a document, in their order. A duplicate `_id`
 * is this very document, stored by an earlier try whose reply was lost; any other duplicate key was stored by another.
 * Throws Error when a document was not stored for a reason that may pass, or when the reply contradicts itself.
 */
export function readInsertReply(reply: mongo.BSON.Document, count: number): InsertOutcome[] {
  const errors = writeErrorsOf(reply);
  const written: unknown = reply['n'];
  if (written !== count - errors.length) {
    throw new Error(`${String(written)} of ${count} documents written, but ${errors.length} errors`);
  }
  const outcomes = new Array<InsertOutcome>(count).fill({ status: 'stored' });
  for (const error of errors) outcomes[error.index] = outcomeOf(error);
  return outcomes;
}

function writeErrorsOf(reply: mongo.BSON.Document): readonly WriteError[] {
  const errors: unknown = reply['writeErrors'];
  return Array.isArray(errors) ? errors.filter(isWriteError) : [];
}

function isWriteError(error: unknown): error is WriteError {
  return typeof error === 'object' && error !== null && 'index' in error && 'code' in error;
}

function outcomeOf({ code, keyPattern, errmsg }: WriteError): InsertOutcome {
  const message = `${errmsg ?? 'no message'} (code ${code})`;
  if (code === DUPLICATE_KEY) return { status: keyPattern?.['_id'] === undefined ? 'duplicate' : 'stored' };
  if (PERMANENT.has(code)) return { status: 'refused', message };
  throw new Error(message);
}

/**
 * Whether an insert failed because of what was to be inserted, so that it will fail again: BSON that cannot be made or
 * is too large. Where several documents were sent, it is still open which one is to blame.
 */
export function isRefusal(error: unknown): boolean {
  if (error instanceof mongo.MongoWriteConcernError) return false;
  if (error instanceof mongo.MongoServerError) return typeof error.code === 'number' && PERMANENT.has(error.code);
  return mongo.BSON.BSONError.isBSONError(error) || isRangeError(error);
}

/** What BSON throws when a document outgrows its buffer of 17 MiB. By name, as the class differs between contexts. */
function isRangeError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'RangeError';
}
