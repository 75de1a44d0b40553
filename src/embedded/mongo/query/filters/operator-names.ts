import { type Document, firstName } from '../document';

/** A reference to another document, `{ $ref, $id }`, is a value although its names begin like operators. */
export function startsWithOperator(document: Document): boolean {
  const name = firstName(document);
  const isReference = Object.hasOwn(document, '$ref') && Object.hasOwn(document, '$id');
  return name !== undefined && name.startsWith('$') && !isReference;
}
