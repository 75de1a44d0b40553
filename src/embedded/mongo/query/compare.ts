/**
 * The total order of BSON values, which mongod sorts and indexes by: below zero where `a` comes first, 0 where they are
 * equal. Types come in the order MinKey, missing (undefined), null, numbers of all types together (NaN first), strings,
 * objects, arrays, Binary (length, subtype, bytes), ObjectId, booleans, dates, timestamps, regular expressions, MaxKey.
 * Numbers are compared exactly, a Long beyond 2^53 with a Double too. Decimal128 is refused (NotImplemented).
 */
export function compareValues(a: unknown, b: unknown): number {
  throw new Error(`not yet: ${String(a)} ${String(b)}`);
}

/** Whether the order has the two at the same place: 1, 1.0 and Long 1 are equal, -0 and 0 too. */
export function equalValues(a: unknown, b: unknown): boolean {
  return compareValues(a, b) === 0;
}
