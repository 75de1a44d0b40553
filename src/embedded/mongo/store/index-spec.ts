import { CommandError, notImplemented } from '../command-error';
import { documentIn, documentsIn, flagIn, isDocument, numberIn, optionalDocument, textOf } from '../document-fields';
import { asNumber } from '../query/values/numbers';
import { compileFilter } from '../query/filter';
import { startsWithOperator } from '../query/filters/operator-names';
import { typeOf } from '../query/values/bson-type';
import { indexIn } from '../query/values/path';
import { isTrue } from '../query/values/truth';
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

const UNDERSTOOD = [
  'key',
  'name',
  'unique',
  'sparse',
  'expireAfterSeconds',
  'partialFilterExpression',
  'v',
  'background',
  'ns',
];
/** What mongod makes indexes of another meaning of. */
const NOT_HERE = [
  ...['collation', 'hidden', 'storageEngine', 'weights', 'default_language', 'language_override', 'textIndexVersion'],
  ...['2dsphereIndexVersion', 'bits', 'min', 'max', 'bucketSize', 'wildcardProjection', 'clustered', 'prepareUnique'],
];
/** The greatest expiry, 68 years. */
const MAX_EXPIRY_SECONDS = 2 ** 31 - 1;

/** Reads an index that createIndexes asks for. Throws what mongod refuses, and NotImplemented for indexes of other kinds. */
export function readIndexSpec(asked: Document): IndexSpec {
  for (const field of Object.keys(asked)) {
    if (NOT_HERE.includes(field)) throw notImplemented(`'${field}' of an index`);
    if (UNDERSTOOD.includes(field)) continue;
    const message = `The field '${field}' is not valid for an index specification.`;
    throw new CommandError('InvalidIndexSpecificationOption', message);
  }
  for (const field of ['key', 'name']) {
    if (asked[field] !== undefined) continue;
    throw new CommandError('FailedToParse', `The '${field}' field is a required property of an index specification`);
  }
  const key = documentIn(asked, 'key');
  checkPattern(key);
  checkExpiry(key, asked);
  const partialFilterExpression = optionalDocument(asked, 'partialFilterExpression');
  if (partialFilterExpression !== null) checkPartial(partialFilterExpression, asked);
  return {
    name: nameOf(asked, key),
    key,
    unique: flagIn(asked, 'unique'),
    sparse: flagIn(asked, 'sparse'),
    expireAfterSeconds: numberIn(asked, 'expireAfterSeconds'),
    partialFilterExpression,
  };
}

/** The index of `_id` is called so whatever it is asked for as. */
function nameOf(asked: Document, key: Document): string {
  const name = textOf(asked, 'name');
  if (Object.keys(key).join() === '_id') return '_id_';
  if (name === '*') throw new CommandError('BadValue', `The index name '${name}' is not valid.`);
  if (name === '') throw new CommandError('CannotCreateIndex', 'index name cannot be empty');
  return name;
}

function checkPartial(filter: Document, asked: Document): void {
  compileFilter(filter, { now: new Date(0) });
  if (flagIn(asked, 'sparse')) {
    throw new CommandError('CannotCreateIndex', 'cannot mix "partialFilterExpression" and "sparse" options');
  }
  checkPartialClauses(filter);
}

/** Conditions that a document without their field never meets. */
const PARTIAL = new Set(['$eq', '$gt', '$gte', '$lt', '$lte', '$in', '$type', '$exists']);

function checkPartialClauses(filter: Document): void {
  for (const [name, given] of Object.entries(filter)) {
    if (name === '$and' || name === '$or') documentsIn(filter, name).forEach(checkPartialClauses);
    else if (name.startsWith('$')) throw notPartial(name);
    else checkPartialConditions(name, given);
  }
}

function checkPartialConditions(field: string, given: unknown): void {
  if (typeOf(given) === 'regex') throw notPartial(`${field} regex`);
  if (!isDocument(given) || !startsWithOperator(given)) return;
  for (const operator of Object.keys(given)) {
    if (!PARTIAL.has(operator) || (operator === '$exists' && !isTrue(given[operator]))) throw notPartial(operator);
  }
}

function notPartial(what: string): CommandError {
  return new CommandError('CannotCreateIndex', `Expression not supported in partial index: ${what}`);
}

function checkPattern(key: Document): void {
  const fields = Object.entries(key);
  if (fields.length === 0) throw new CommandError('CannotCreateIndex', 'Index keys cannot be empty.');
  for (const [field, direction] of fields) {
    if (typeof direction === 'string') throw notImplemented(`an index of kind '${direction}'`);
    if (field.includes('$**')) throw notImplemented('a wildcard index');
    if (field === '' || field.startsWith('$')) {
      throw new CommandError('CannotCreateIndex', `Index key contains an illegal field name: '${field}'`);
    }
    const number = asNumber(direction);
    if (number !== null && number !== 0 && !Number.isNaN(number)) continue;
    throw new CommandError('CannotCreateIndex', `Values in the index key pattern cannot be ${String(direction)}.`);
  }
  if (fields.length === 1 && key['_id'] !== undefined && asNumber(key['_id']) !== 1) {
    throw new CommandError('BadValue', "The field 'key' for an _id index must be {_id: 1}");
  }
}

/** An expiry is one of a single date, and within limits. */
export function checkExpiry(key: Document, asked: Document): void {
  const seconds = numberIn(asked, 'expireAfterSeconds');
  if (seconds === null) return;
  if (Object.keys(key).some((path) => path.split('.').some((part) => indexIn(part) >= 0))) {
    throw notImplemented('an expiry by the place in an array');
  }
  const problem =
    Object.keys(key).length > 1
      ? 'TTL indexes are single-field indexes, compound indexes do not support TTL'
      : seconds < 0
        ? "TTL index 'expireAfterSeconds' option cannot be less than 0"
        : seconds > MAX_EXPIRY_SECONDS
          ? `TTL index 'expireAfterSeconds' option must be within an acceptable range, at most ${MAX_EXPIRY_SECONDS}`
          : null;
  if (problem !== null) throw new CommandError('CannotCreateIndex', problem);
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
