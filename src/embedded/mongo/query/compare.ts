import { BSONRegExp, BSONSymbol, type Binary, type Code, type ObjectId, type Timestamp } from 'bson';
import { placeOf, typeOf } from './values/bson-type';
import { asDocument, type Document } from './document';
import { compareWorth, worthOf } from './values/numbers';

/**
 * The total order of BSON values, which mongod sorts and indexes by: below zero where `a` comes first, 0 where they are
 * equal. Types come in the order MinKey, missing (undefined), null, numbers of all types together (NaN first), strings,
 * objects, arrays, Binary (length, subtype, bytes), ObjectId, booleans, dates, timestamps, regular expressions, MaxKey.
 * Numbers are compared exactly, a Long beyond 2^53 with a Double too. Decimal128 is refused (NotImplemented).
 */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  const byPlace = placeOf(a) - placeOf(b);
  return byPlace === 0 ? compareAlike(a, b) : byPlace;
}

/** Whether the order has the two at the same place: 1, 1.0 and Long 1 are equal, -0 and 0 too. */
export function equalValues(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a === b;
  return compareValues(a, b) === 0;
}

function compareAlike(a: unknown, b: unknown): number {
  switch (typeOf(a)) {
    case 'int':
    case 'long':
    case 'double':
    case 'decimal':
      return compareWorth(worthOf(a) ?? NaN, worthOf(b) ?? NaN);
    case 'string':
    case 'symbol':
      return compareText(textOf(a), textOf(b));
    case 'object':
      return compareDocuments(asDocument(a) ?? {}, asDocument(b) ?? {});
    case 'array':
      return compareArrays(a as unknown[], b as unknown[]);
    case 'binData':
      return compareBinaries(a as Binary | Uint8Array, b as Binary | Uint8Array);
    case 'objectId':
      return Buffer.compare((a as ObjectId).id, (b as ObjectId).id);
    case 'bool':
      return Number(a) - Number(b);
    case 'date':
      return Number(a) - Number(b);
    case 'timestamp':
      return (a as Timestamp).compare(b as Timestamp);
    case 'regex':
      return compareRegExps(regExpOf(a), regExpOf(b));
    case 'javascript':
    case 'javascriptWithScope':
      return compareCode(a as Code, b as Code);
    case 'minKey':
    case 'maxKey':
    case 'missing':
    case 'null':
      return 0;
  }
}

/** Of strings and symbols alike. */
export function textOf(value: unknown): string {
  return value instanceof BSONSymbol ? value.value : String(value);
}

/**
 * The order of the UTF-8 bytes, which is that of the code points. UTF-16 differs from it in one thing: surrogates, of
 * code points from U+10000, are below U+E000 to U+FFFF.
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at++) {
    const [left, right] = [a.charCodeAt(at), b.charCodeAt(at)];
    if (left !== right) return aboveSurrogates(left) - aboveSurrogates(right);
  }
  return a.length - b.length;
}

function aboveSurrogates(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

/** Field by field: first the type, then the name, then the value. */
function compareDocuments(a: Document, b: Document): number {
  const [names, others] = [Object.keys(a), Object.keys(b)];
  for (let at = 0; at < names.length && at < others.length; at++) {
    const [name, other] = [names[at], others[at]];
    if (name === undefined || other === undefined) break;
    const byPlace = placeOf(a[name]) - placeOf(b[other]);
    if (byPlace !== 0) return byPlace;
    const order = compareText(name, other) || compareAlike(a[name], b[other]);
    if (order !== 0) return order;
  }
  return names.length - others.length;
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  for (let at = 0; at < a.length && at < b.length; at++) {
    const order = compareValues(a[at], b[at]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareBinaries(a: Binary | Uint8Array, b: Binary | Uint8Array): number {
  const [left, right] = [bytesOf(a), bytesOf(b)];
  return left.length - right.length || subtypeOf(a) - subtypeOf(b) || Buffer.compare(left, right);
}

/** The bytes of a Binary, without copying them. */
export function bytesOf(value: Binary | Uint8Array): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return value.buffer.length === value.position ? value.buffer : value.buffer.subarray(0, value.position);
}

export function subtypeOf(value: Binary | Uint8Array): number {
  return value instanceof Uint8Array ? 0 : value.sub_type;
}

/** A regular expression as BSON has it. */
export interface Pattern {
  readonly pattern: string;
  readonly options: string;
}

/** JavaScript's RegExp has no letter for BSON's `s` in old versions: `bson` reads and writes it as `g`. */
export function regExpOf(value: unknown): Pattern {
  if (value instanceof BSONRegExp) return { pattern: value.pattern, options: value.options };
  const { source, flags } = value as RegExp;
  const options = [...flags.replace('g', 's')].filter((letter) => 'ims'.includes(letter));
  return { pattern: source, options: [...new Set(options)].sort().join('') };
}

export function compareRegExps(a: Pattern, b: Pattern): number {
  return compareText(a.pattern, b.pattern) || compareText(a.options, b.options);
}

function compareCode(a: Code, b: Code): number {
  return compareText(a.code, b.code) || compareDocuments(a.scope ?? {}, b.scope ?? {});
}

/**
 * Whether two values are the same byte for byte, types and the order of fields included: an update that changes nothing
 * else changes nothing.
 */
export function identicalValues(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  if (type === 'double') return Object.is(Number(a), Number(b));
  if (type === 'array') return identicalLists(a as unknown[], b as unknown[]);
  const [left, right] = [asDocument(a), asDocument(b)];
  if (left === null || right === null) return equalValues(a, b);
  const names = Object.keys(left);
  return identicalLists(names, Object.keys(right)) && names.every((name) => identicalValues(left[name], right[name]));
}

function identicalLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, at) => identicalValues(value, b[at]));
}
