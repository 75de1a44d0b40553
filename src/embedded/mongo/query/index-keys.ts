import { asDocument, type Document, fieldOf } from './document';
import { indexIn } from './values/path';
import { notImplemented, CommandError } from '../command-error';
import { valueKey } from './value-key';

/**
 * How an index sees a document: as one or more lists of values, one value a field of its pattern. A field that is missing
 * has null. Where a path meets an array there is a list for each element, and one with undefined for an empty array. All
 * paths of a pattern that meet an array must meet the same, and advance through it together: of
 * `{ a: [{ b: 1, c: 2 }, { b: 3 }] }` the pattern `a.b, a.c` sees (1, 2) and (3, null). This is also what mongod sorts by.
 */
export type KeyValues = readonly unknown[];

/** One path of a pattern on its way: what is left of it, from which value; or its end. */
interface Way {
  readonly value: unknown;
  readonly rest: readonly string[];
}

/**
 * The keys under which an index with this pattern (`{ parts: 1 }`) holds a document, each a text that is equal for equal
 * keys, without repetition: several where a field holds an array. A sparse index holds no document that has none of its
 * fields. Throws CommandError (171) where two fields of the pattern are arrays.
 */
export function indexKeys(document: Document, pattern: Document, sparse: boolean): string[] {
  const all = keyValues(document, pathsOf(pattern)).filter(
    (values) => !sparse || values.some((value) => value !== MISSING),
  );
  return [...new Set(all.map((values) => keyOf(shown(values))))];
}

/**
 * The values behind one of {@link indexKeys}, as the `keyValue` of an E11000 error shows them: the fields of the pattern,
 * with null for one that is missing.
 */
export function indexKeyValue(document: Document, pattern: Document, key: string): Document {
  const values =
    keyValues(document, pathsOf(pattern))
      .map(shown)
      .find((each) => keyOf(each) === key) ?? [];
  return Object.fromEntries(Object.keys(pattern).map((name, at) => [name, values[at] ?? null]));
}

/** Stands for null where a field is missing: alike in the order, but not in a sparse index. */
const MISSING = Symbol('missing');

function shown(values: KeyValues): KeyValues {
  return values.map((value) => (value === MISSING ? null : value));
}

function keyOf(values: KeyValues): string {
  return values.map(valueKey).join('');
}

function pathsOf(pattern: Document): readonly (readonly string[])[] {
  return Object.keys(pattern).map((path) => path.split('.'));
}

/** What a sort by these paths compares: the lists of values, without what tells null from missing. */
export function sortValues(document: Document, paths: readonly (readonly string[])[]): readonly KeyValues[] {
  return expand(start(document, paths), 'sort').map(shown);
}

function keyValues(document: Document, paths: readonly (readonly string[])[]): readonly KeyValues[] {
  return expand(start(document, paths), 'index');
}

function start(document: Document, paths: readonly (readonly string[])[]): Way[] {
  return paths.map((rest) => ({ value: document, rest }));
}

/** For whom a document is read, which decides how two arrays are refused. */
type Purpose = 'index' | 'sort';

function parallelArrays(purpose: Purpose): CommandError {
  if (purpose === 'index') return new CommandError('CannotIndexParallelArrays', 'cannot index parallel arrays');
  return new CommandError('BadValue', 'cannot sort with keys that are parallel arrays');
}

/** Advances every way to its end or to an array, and splits them all by the elements of the array that they meet. */
function expand(given: readonly Way[], purpose: Purpose): readonly KeyValues[] {
  const ways = given.map(advance);
  const met = ways.findIndex(isAtArray);
  const array = ways[met]?.value;
  if (!Array.isArray(array)) return [ways.map(({ value }) => value)];
  const parallel = ways.findIndex((way) => isAtArray(way) && way.value !== array);
  if (parallel >= 0) throw parallelArrays(purpose);
  const elements: readonly unknown[] = array.length === 0 ? [undefined] : array;
  return elements.flatMap((element) =>
    expand(
      ways.map((way) => (isAtArray(way) ? intoElement(way, element) : way)),
      purpose,
    ),
  );
}

/** An array is passed through once: one inside another is a value. */
const FINISHED: readonly string[] = ['finished'];

function isAtArray({ value, rest }: Way): boolean {
  return rest !== FINISHED && Array.isArray(value);
}

function finished(value: unknown): Way {
  return { value, rest: FINISHED };
}

function advance({ value, rest }: Way): Way {
  if (rest === FINISHED) return { value, rest };
  let at = value;
  for (let done = 0; done < rest.length; done++) {
    const name = rest[done] ?? '';
    if (Array.isArray(at)) {
      if (indexIn(name) >= 0) throw notImplemented('an index or a sort by the place in an array');
      return { value: at, rest: rest.slice(done) };
    }
    const document = asDocument(at);
    at = document === null ? undefined : fieldOf(document, name);
    if (at === undefined) return finished(MISSING);
  }
  return Array.isArray(at) ? { value: at, rest: [] } : finished(at);
}

function intoElement({ rest }: Way, element: unknown): Way {
  if (rest.length === 0) return finished(element);
  return asDocument(element) === null ? finished(MISSING) : { value: element, rest };
}
