import { Binary, BSONRegExp, Double, Int32, Long, ObjectId, UUID } from 'bson';
import { CommandError } from '../command-error';
import type { Document } from '../query/document';

/** The error of a key of a unique index that another document has, in the words of mongod. */
export function duplicateKey(namespace: string, index: string, pattern: Document, value: Document): CommandError {
  const message = `E11000 duplicate key error collection: ${namespace} index: ${index} dup key: ${show(value)}`;
  return new CommandError('DuplicateKey', message, { keyPattern: pattern, keyValue: value });
}

/** A value as mongod's messages show it. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (value instanceof Int32 || value instanceof Long) return value.toString();
  if (value instanceof Double) return Number.isInteger(value.value) ? value.value.toFixed(1) : String(value.value);
  if (value instanceof ObjectId) return `ObjectId('${value.toHexString()}')`;
  if (value instanceof UUID) return `UUID("${value.toHexString()}")`;
  if (value instanceof Binary) return `BinData(${value.sub_type}, ${value.toString('hex').toUpperCase()})`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (value instanceof BSONRegExp) return `/${value.pattern}/${value.options}`;
  if (Array.isArray(value)) return `[ ${value.map(show).join(', ')} ]`;
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${show(field)}`);
  return `{ ${fields.join(', ')} }`;
}
