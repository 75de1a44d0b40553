import { CommandError, notImplemented } from '../command-error';
import { asNumber, documentIn, flagIn, numberIn, optionalDocument, textOf } from '../document-fields';
import { compileFilter } from '../query/filter';
import type { Document } from '../query/document';

/** An index as createIndexes asks for it and listIndexes tells of it. */
export interface IndexSpec {
  readonly name: string;
  /** Fields and directions, in order, as they came. */
  readonly key: Document;
  readonly unique: boolean;
  readonly sparse: boolean;
  readonly expireAfterSeconds: number | null;
  readonly partialFilterExpression: Document | null;
}

const INDEX_FIELDS = new Set([
  ...['key', 'name', 'unique', 'sparse', 'expireAfterSeconds', 'partialFilterExpression', 'v', 'background', 'ns'],
]);

/** Throws what an index cannot be made for: options and kinds that are not known would be indexes with another meaning. */
export function readIndexSpec(asked: Document): IndexSpec {
  for (const field of Object.keys(asked)) if (!INDEX_FIELDS.has(field)) throw notImplemented(`'${field}' of an index`);
  const key = documentIn(asked, 'key');
  if (Object.keys(key).length === 0)
    throw new CommandError('CannotCreateIndex', 'Index keys cannot be an empty object');
  for (const [field, direction] of Object.entries(key)) {
    const number = asNumber(direction);
    if (typeof direction === 'string') throw notImplemented(`an index of kind '${direction}'`);
    if (number === null || number === 0 || field === '' || field.startsWith('$') || field.includes('$**')) {
      throw new CommandError('CannotCreateIndex', `Values in the index key pattern cannot be ${String(direction)}`);
    }
  }
  const partialFilterExpression = optionalDocument(asked, 'partialFilterExpression');
  if (partialFilterExpression !== null) compileFilter(partialFilterExpression, { now: new Date(0) });
  return {
    name: textOf(asked, 'name'),
    key,
    unique: flagIn(asked, 'unique'),
    sparse: flagIn(asked, 'sparse'),
    expireAfterSeconds: numberIn(asked, 'expireAfterSeconds'),
    partialFilterExpression,
  };
}

/** An index as listIndexes tells of it, which {@link readIndexSpec} reads again. */
export function describeIndex({
  name,
  key,
  unique,
  sparse,
  expireAfterSeconds,
  partialFilterExpression,
}: IndexSpec): Document {
  return {
    v: 2,
    key,
    name,
    ...(unique && { unique }),
    ...(sparse && { sparse }),
    ...(expireAfterSeconds !== null && { expireAfterSeconds }),
    ...(partialFilterExpression !== null && { partialFilterExpression }),
  };
}
