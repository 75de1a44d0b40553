import { asDocument, copyOf, type Document, fieldOf, firstName, setField } from '../document';
import { compareText } from '../compare';
import { typeOf } from '../values/bson-type';
import { CommandError } from '../../command-error';

/**
 * The document that a filter describes, as far as it says what fields are equal to: by `{ a: 1 }`, `$eq`, `$all`, a list of one in
 * `$in`, and all that inside `$and` or an `$or` of one.
 *
 * @param only takes just this field and what is in it.
 */
export function documentOfFilter(filter: Document, only?: string): Document {
  const equalities = new Map<string, unknown>();
  collect(filter, (path, value) => {
    if (only !== undefined && path !== only && !path.startsWith(`${only}.`)) return;
    add(equalities, path, value);
  });
  const inOrder = [...equalities].sort(([a], [b]) => compareText(a, b));
  return inOrder.reduce((document, [path, value]) => withValue(document, path.split('.'), value), {} as Document);
}

type Equality = (path: string, value: unknown) => void;

function collect(filter: Document, equality: Equality): void {
  for (const name of Object.keys(filter)) {
    const given = filter[name];
    if (!name.startsWith('$')) collectField(name, given, equality);
    else if (Array.isArray(given) && (name === '$and' || (name === '$or' && given.length === 1))) {
      for (const clause of given) collect(asDocument(clause) ?? {}, equality);
    }
  }
}

function collectField(path: string, given: unknown, equality: Equality): void {
  const operators = asDocument(given);
  if (operators === null || !firstName(operators)?.startsWith('$')) {
    if (typeOf(given) !== 'regex') equality(path, given);
    return;
  }
  for (const name of Object.keys(operators)) {
    const value = operators[name];
    if (name === '$eq') equality(path, value);
    else if (Array.isArray(value) && (name === '$all' || (name === '$in' && value.length === 1))) {
      for (const each of value) if (typeOf(each) !== 'regex' && !isElemMatch(each)) equality(path, each);
    }
  }
}

function isElemMatch(value: unknown): boolean {
  const document = asDocument(value);
  return document !== null && firstName(document) === '$elemMatch';
}

function add(equalities: Map<string, unknown>, path: string, value: unknown): void {
  for (const other of equalities.keys()) {
    if (other === path) {
      throw new CommandError(
        'NotSingleValueField',
        `cannot infer query fields to set, path '${path}' is matched twice`,
      );
    }
    const [shorter, longer] = other.length < path.length ? [other, path] : [path, other];
    if (longer.startsWith(`${shorter}.`)) {
      throw new CommandError(
        'NotSingleValueField',
        `cannot infer query fields to set, both paths '${other}' and '${path}' are matched`,
      );
    }
  }
  equalities.set(path, value);
}

function withValue(document: Document, [name = '', ...rest]: readonly string[], value: unknown): Document {
  const copy = copyOf(document);
  const inner = asDocument(fieldOf(document, name)) ?? {};
  setField(copy, name, rest.length === 0 ? value : withValue(inner, rest, value));
  return copy;
}
