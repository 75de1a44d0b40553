import { typeOf } from '../values/bson-type';
import { asDocument, type Document, fieldOf, setField } from '../document';
import { type OperatorTable, unary, variadic } from './operator';
import { CommandError } from '../../command-error';

/** Documents, made of others or of lists. */
export const OBJECTS: OperatorTable = {
  $mergeObjects: variadic((values) => mergedOfAll([...values])),
  $objectToArray: unary((value) => {
    if (value == null) return null;
    const document = asDocument(value);
    if (document === null)
      throw new CommandError(40390, `$objectToArray requires a document input, found: ${typeOf(value)}`);
    return Object.keys(document).map((name) => ({ k: name, v: document[name] }));
  }),
  $arrayToObject: unary((value) => {
    if (value == null) return null;
    if (!Array.isArray(value))
      throw new CommandError(40386, `$arrayToObject requires an array input, found: ${typeOf(value)}`);
    const made: Document = {};
    for (const element of value) {
      const [name, content] = entryOf(element);
      setField(made, name, content);
    }
    return made;
  }),
};

/** The documents themselves, or those in a single list. */
function mergedOfAll(values: readonly unknown[]): Document {
  const [only] = values;
  return merged(values.length === 1 && Array.isArray(only) ? (only as unknown[]) : values);
}

/** Also the accumulator of `$group`. */
export function merged(values: Iterable<unknown>): Document {
  const made: Document = {};
  for (const value of values) {
    if (value == null) continue;
    const document = asDocument(value);
    if (document === null)
      throw new CommandError(40400, `$mergeObjects requires object inputs, but input is of type ${typeOf(value)}`);
    for (const name of Object.keys(document)) setField(made, name, document[name]);
  }
  return made;
}

/** `[k, v]` or `{ k, v }`. */
function entryOf(element: unknown): readonly [name: string, value: unknown] {
  if (Array.isArray(element)) {
    if (element.length !== 2) {
      throw new CommandError(
        40397,
        `$arrayToObject requires an array of size 2 arrays,found array of size: ${element.length}`,
      );
    }
    return [nameOf(element[0], 40395), element[1]];
  }
  const document = asDocument(element);
  if (document === null) {
    throw new CommandError(40398, `Unrecognised input type format for $arrayToObject: ${typeOf(element)}`);
  }
  const names = Object.keys(document);
  if (names.length !== 2) {
    throw new CommandError(
      40392,
      `$arrayToObject requires an object keys of 'k' and 'v'. Found incorrect number of keys:${names.length}`,
    );
  }
  if (!names.includes('k') || !names.includes('v')) {
    throw new CommandError(40393, "$arrayToObject requires an object with keys 'k' and 'v'.");
  }
  return [nameOf(fieldOf(document, 'k'), 40394), fieldOf(document, 'v')];
}

function nameOf(name: unknown, code: number): string {
  if (typeof name === 'string') return name;
  throw new CommandError(
    code,
    `$arrayToObject requires an array of key-value pairs, where the key must be of type string. Found key type: ${typeOf(name)}`,
  );
}
