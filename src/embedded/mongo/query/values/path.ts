import { asDocument, fieldOf } from '../document';

/**
 * A dotted path, `a.b.0`. In a filter it goes through arrays in two ways: into each element that is a document, and, where
 * a part is a number, to the element of that index.
 */
export interface Path {
  readonly parts: readonly string[];
}

const INDEX = /^(?:0|[1-9][0-9]*)$/;

export function pathOf(text: string): Path {
  return { parts: text.split('.') };
}

/** The index that a part of a path means in an array; -1 for a name. */
export function indexIn(part: string): number {
  return INDEX.test(part) ? Number(part) : -1;
}

/**
 * Whether any of the values that a path leads to in a document passes the test; undefined stands for a field that is not
 * there. With `entersArrays` the elements of an array at the end of the path are tested, then the array itself.
 */
export function someAt(root: unknown, path: Path, test: (value: unknown) => boolean, entersArrays: boolean): boolean {
  return someFrom(root, path.parts, 0, test, entersArrays);
}

function someFrom(
  container: unknown,
  parts: readonly string[],
  from: number,
  test: (value: unknown) => boolean,
  entersArrays: boolean,
): boolean {
  let value = container;
  for (let at = from; at < parts.length; at++) {
    value = stepInto(value, parts[at] ?? '');
    if (value === undefined) return test(undefined);
    if (Array.isArray(value)) {
      return at === parts.length - 1
        ? someAtEnd(value, test, entersArrays)
        : someInArray(value, parts, at + 1, test, entersArrays);
    }
  }
  return test(value);
}

/** A field of a document; of an array that is taken for one, an element. */
function stepInto(container: unknown, part: string): unknown {
  if (Array.isArray(container)) return container[indexIn(part)];
  const document = asDocument(container);
  return document === null ? undefined : fieldOf(document, part);
}

function someAtEnd(array: readonly unknown[], test: (value: unknown) => boolean, entersArrays: boolean): boolean {
  return (entersArrays && array.some((element) => test(element))) || test(array);
}

function someInArray(
  array: readonly unknown[],
  parts: readonly string[],
  at: number,
  test: (value: unknown) => boolean,
  entersArrays: boolean,
): boolean {
  const index = indexIn(parts[at] ?? '');
  for (let place = 0; place < array.length; place++) {
    const element: unknown = array[place];
    if (asDocument(element) !== null && someFrom(element, parts, at, test, entersArrays)) return true;
    if (place === index && someAtIndex(element, parts, at + 1, test, entersArrays)) return true;
  }
  return false;
}

/** An element that a number led to: an array in it is entered only where there is more of the path. */
function someAtIndex(
  element: unknown,
  parts: readonly string[],
  at: number,
  test: (value: unknown) => boolean,
  entersArrays: boolean,
): boolean {
  if (at === parts.length) return test(element);
  if (Array.isArray(element)) return someInArray(element, parts, at, test, entersArrays);
  return asDocument(element) !== null && someFrom(element, parts, at, test, entersArrays);
}
