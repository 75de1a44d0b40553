import { CommandError } from './command-error';
import { asDocument, type Document } from './query/document';
import { typeOf } from './query/values/bson-type';
import { asNumber } from './query/values/numbers';

/** Readers of the fields of a command. Each throws the TypeMismatch of mongod for a value of another type. */

export function textOf(command: Document, field: string): string {
  const value = command[field];
  if (typeof value === 'string') return value;
  throw mismatch(field, 'string', value);
}

/** The name of the collection that a command is about, its first field's value. */
export function collectionOf(command: Document, field: string): string {
  const value = command[field];
  if (typeof value === 'string' && value !== '') return value;
  if (value === '')
    throw new CommandError('InvalidNamespace', 'Invalid namespace specified: the collection has no name');
  throw new CommandError('BadValue', `collection name has invalid type ${typeOf(value)}`);
}

/** Null where it is absent. */
export function numberIn(command: Document, field: string): number | null {
  const value = command[field];
  if (value === undefined || value === null) return null;
  const number = asNumber(value);
  if (number === null) throw mismatch(field, 'number', value);
  return number;
}

/** A count of documents; null where it is absent. Throws below 0. */
export function countIn(command: Document, field: string): number | null {
  const number = numberIn(command, field);
  if (number === null || number >= 0) return number === null ? null : Math.trunc(number);
  throw new CommandError(51_024, `BSON field '${field}' value must be >= 0, actual value '${number}'`);
}

/** True for true and for numbers but 0, as mongod has it; false where it is absent. */
export function flagIn(command: Document, field: string): boolean {
  const value = command[field];
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  const number = asNumber(value);
  if (number === null) throw mismatch(field, 'bool', value);
  return number !== 0;
}

/** The empty document where it is absent. */
export function documentIn(command: Document, field: string): Document {
  return optionalDocument(command, field) ?? {};
}

export function optionalDocument(command: Document, field: string): Document | null {
  const value = command[field];
  if (value === undefined || value === null) return null;
  if (isDocument(value)) return value;
  throw mismatch(field, 'object', value);
}

export function documentsIn(command: Document, field: string): Document[] {
  const value = command[field];
  if (!Array.isArray(value)) throw mismatch(field, 'array', value);
  return value.map((item: unknown, index) => {
    if (isDocument(item)) return item;
    throw mismatch(`${field}.${index}`, 'object', item);
  });
}

/** Whether a value is a document: no array, and none of the other types of BSON. */
export function isDocument(value: unknown): value is Document {
  return asDocument(value) !== null;
}

function mismatch(field: string, wanted: string, value: unknown): CommandError {
  if (value === undefined) {
    return new CommandError(40_414, `BSON field '${field}' is missing but a required field`);
  }
  const message = `BSON field '${field}' is the wrong type '${typeOf(value)}', expected type '${wanted}'`;
  return new CommandError('TypeMismatch', message);
}
