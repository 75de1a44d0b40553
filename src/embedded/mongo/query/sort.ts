import { Double, Int32 } from 'bson';
import { compareValues } from './compare';
import { asDocument, type Document, fieldOf } from './document';
import { type KeyValues, sortValues } from './index-keys';
import { asNumber } from './values/numbers';
import { notImplemented, CommandError } from '../command-error';

/** A sort specification that was read: where to look, and 1 or -1 for each. */
interface Order {
  readonly paths: readonly (readonly string[])[];
  readonly directions: readonly number[];
}

/**
 * The documents in the order of a sort specification (`{ to: -1, _id: 1 }`), in a new array; equal ones keep their order.
 * An array sorts by its smallest element ascending and its largest descending. Throws CommandError for a bad specification.
 *
 * @param limit how many are wanted from the front; the others are left out.
 */
export function sortDocuments(documents: readonly Document[], spec: Document, limit = Infinity): Document[] {
  return sortBy(documents, (document) => document, spec, limit);
}

/** Like {@link sortDocuments}, of whatever has a document. */
export function sortBy<T>(
  items: readonly T[],
  documentOf: (item: T) => Document,
  spec: Document,
  limit = Infinity,
): T[] {
  const order = orderOf(spec);
  const keyed = items.map((item) => {
    const key = sortKey(documentOf(item), order);
    return { item, key, lead: leadOf(key) };
  });
  const first = order.directions[0] ?? 1;
  keyed.sort((a, b) => (a.lead - b.lead) * first || compareKeys(a.key, b.key, order));
  return keyed.slice(0, limit).map(({ item }) => item);
}

/**
 * Most sorts are by a number, and most numbers are told apart by a subtraction. NaN where the first value is no such
 * number: whatever is subtracted from it, or it from, leaves the question to the whole comparison.
 */
function leadOf([first]: KeyValues): number {
  const worth = first instanceof Double || first instanceof Int32 ? first.value : NaN;
  return Number.isFinite(worth) ? worth : NaN;
}

/** Compares documents by a sort specification, for few of them: their keys are made anew each time. */
export function compileSort(spec: Document): (a: Document, b: Document) => number {
  const order = orderOf(spec);
  return (a, b) => compareKeys(sortKey(a, order), sortKey(b, order), order);
}

function orderOf(spec: Document): Order {
  const names = Object.keys(spec);
  const directions = names.map((name) => {
    const direction = asNumber(spec[name]);
    if (direction === 1 || direction === -1) return direction;
    if (asDocument(spec[name]) !== null) throw notImplemented('$meta in a sort');
    const allowed = 'if a number is passed it must be 1 (for ascending) or -1 (for descending)';
    throw new CommandError(
      direction === null ? 15974 : 15975,
      `$sort key ordering must be specified using a number: ${allowed}`,
    );
  });
  return { paths: names.map((name) => name.split('.')), directions };
}

function sortKey(document: Document, order: Order): KeyValues {
  let best: KeyValues | null = plainKey(document, order);
  if (best !== null) return best;
  for (const values of sortValues(document, order.paths)) {
    if (best === null || compareKeys(values, best, order) < 0) best = values;
  }
  return best ?? [];
}

/** The usual key: of fields of the document itself that are no arrays. Null where it is another. */
function plainKey(document: Document, { paths }: Order): KeyValues | null {
  const key: unknown[] = [];
  for (const [name = '', ...rest] of paths) {
    const value = fieldOf(document, name);
    if (rest.length > 0 || Array.isArray(value)) return null;
    key.push(value ?? null); // what is missing sorts as null, after an empty array
  }
  return key;
}

function compareKeys(a: KeyValues, b: KeyValues, { directions }: Order): number {
  for (let at = 0; at < directions.length; at++) {
    const order = compareValues(a[at], b[at]);
    if (order !== 0) return (directions[at] ?? 1) * order;
  }
  return 0;
}
