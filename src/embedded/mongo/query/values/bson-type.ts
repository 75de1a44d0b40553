import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  DBRef,
  Decimal128,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'bson';

/**
 * The types of BSON (https://bsonspec.org/spec.html) by the names that `$type` knows them by, with their numbers and
 * their places in the order of values. Types of one place are compared by value.
 */
const TYPES = {
  minKey: { number: -1, place: 0 },
  missing: { number: 0, place: 1 },
  null: { number: 10, place: 2 },
  double: { number: 1, place: 3 },
  int: { number: 16, place: 3 },
  long: { number: 18, place: 3 },
  decimal: { number: 19, place: 3 },
  string: { number: 2, place: 4 },
  symbol: { number: 14, place: 4 },
  object: { number: 3, place: 5 },
  array: { number: 4, place: 6 },
  binData: { number: 5, place: 7 },
  objectId: { number: 7, place: 8 },
  bool: { number: 8, place: 9 },
  date: { number: 9, place: 10 },
  timestamp: { number: 17, place: 11 },
  regex: { number: 11, place: 12 },
  javascript: { number: 13, place: 13 },
  javascriptWithScope: { number: 15, place: 14 },
  maxKey: { number: 127, place: 15 },
} as const;

export type TypeName = keyof typeof TYPES;

const BY_PROTOTYPE: ReadonlyMap<unknown, TypeName> = new Map<unknown, TypeName>([
  [Object.prototype, 'object'],
  [null, 'object'],
  [DBRef.prototype, 'object'],
  [Int32.prototype, 'int'],
  [Double.prototype, 'double'],
  [Long.prototype, 'long'],
  [Decimal128.prototype, 'decimal'],
  [Binary.prototype, 'binData'],
  [UUID.prototype, 'binData'],
  [ObjectId.prototype, 'objectId'],
  [Date.prototype, 'date'],
  [Timestamp.prototype, 'timestamp'],
  [RegExp.prototype, 'regex'],
  [BSONRegExp.prototype, 'regex'],
  [BSONSymbol.prototype, 'symbol'],
  [MinKey.prototype, 'minKey'],
  [MaxKey.prototype, 'maxKey'],
]);

/** The type of a value. JavaScript's own numbers count as what `bson` writes for them. */
export function typeOf(value: unknown): TypeName {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'undefined':
      return 'missing';
    case 'number':
      return Object.is(value, value | 0) ? 'int' : 'double';
    case 'bigint':
      return 'long';
    default:
      return value === null ? 'null' : typeOfObject(value);
  }
}

function typeOfObject(value: unknown): TypeName {
  if (Array.isArray(value)) return 'array';
  const known = BY_PROTOTYPE.get(Object.getPrototypeOf(value));
  if (known !== undefined) return known;
  if (value instanceof Uint8Array) return 'binData';
  if (value instanceof Code) return value.scope == null ? 'javascript' : 'javascriptWithScope';
  throw new TypeError('not a BSON value');
}

/** The place of a value's type in the order of values: only values of the same place are compared by what they are. */
export function placeOf(value: unknown): number {
  return TYPES[typeOf(value)].place;
}

/** The type that `$type` means by a name or a number; null for none. */
export function typeNamed(alias: string | number): TypeName | null {
  if (alias === 'missing' || alias === 0) return null;
  if (typeof alias === 'string') return Object.hasOwn(TYPES, alias) ? (alias as TypeName) : null;
  for (const [name, { number }] of Object.entries(TYPES)) if (number === alias) return name as TypeName;
  return null;
}

export function isNumberType(type: TypeName): boolean {
  return TYPES[type].place === TYPES.int.place;
}
