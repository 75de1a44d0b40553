import { CommandError } from '../command-error';
import type { Document } from '../query/document';
import { render } from '../query/values/render';

/** The error of a key of a unique index that another document has, in the words of mongod. */
export function duplicateKey(namespace: string, index: string, pattern: Document, value: Document): CommandError {
  const message = `E11000 duplicate key error collection: ${namespace} index: ${index} dup key: ${render(value)}`;
  return new CommandError('DuplicateKey', message, { keyPattern: pattern, keyValue: value });
}
