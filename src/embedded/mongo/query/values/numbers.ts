import { Double, Int32, Long } from 'bson';
import { type TypeName, typeOf } from './bson-type';
import { notImplemented } from '../../command-error';

/** What a numeric value is worth: a bigint only where a number would not be exact. */
export type Worth = number | bigint;

const MIN_INT = -(2 ** 31);
const MAX_INT = 2 ** 31 - 1;
const MIN_LONG = -(2n ** 63n);
const MAX_LONG = 2n ** 63n - 1n;

/** The worth of a numeric value, exactly; null for what is no number. Throws NotImplemented for a Decimal128. */
export function worthOf(value: unknown): Worth | null {
  if (typeof value === 'number') return value;
  if (value instanceof Int32 || value instanceof Double) return value.value;
  if (typeof value === 'bigint') return narrowed(value);
  switch (typeOf(value)) {
    case 'long':
      return worthOfLong(value as Long);
    case 'decimal':
      throw notImplemented('Decimal128');
    default:
      return null;
  }
}

function worthOfLong(value: Long): Worth {
  const isSafe = value.high >= -0x200000 && value.high < 0x200000;
  return isSafe ? value.high * 2 ** 32 + (value.low >>> 0) : value.toBigInt();
}

function narrowed(value: bigint): Worth {
  const near = Number(value);
  return Number.isSafeInteger(near) ? near : value;
}

/** Like {@link worthOf}, with a number for all: what is beyond 2^53 is rounded. */
export function asNumber(value: unknown): number | null {
  const worth = worthOf(value);
  return worth === null ? null : Number(worth);
}

/** The whole number that a value is worth; null where it is none, or beyond 2^53. */
export function asInteger(value: unknown): number | null {
  const number = asNumber(value);
  return number !== null && Number.isSafeInteger(number) ? number : null;
}

/** -1, 0 or 1; NaN comes before all numbers. Exact for numbers and bigints together. */
export function compareWorth(a: Worth, b: Worth): number {
  if (a === b) return 0;
  if (a < b) return -1;
  if (a > b) return 1;
  const [aIsNaN, bIsNaN] = [Number.isNaN(a), Number.isNaN(b)];
  if (aIsNaN === bIsNaN) return 0;
  return aIsNaN ? -1 : 1;
}

/** A whole operation on two numbers, once for doubles and once exactly. */
export interface Arithmetic {
  readonly ofDoubles: (a: number, b: number) => number;
  readonly ofIntegers: (a: bigint, b: bigint) => bigint;
}
export const ADDITION: Arithmetic = { ofDoubles: (a, b) => a + b, ofIntegers: (a, b) => a + b };
export const SUBTRACTION: Arithmetic = { ofDoubles: (a, b) => a - b, ofIntegers: (a, b) => a - b };
export const MULTIPLICATION: Arithmetic = { ofDoubles: (a, b) => a * b, ofIntegers: (a, b) => a * b };

/**
 * Combines two numeric values by mongod's rules of types: a double makes a double, a long a long; two ints that overflow
 * make a long. Null where two longs overflow, which each operator treats in its own way.
 */
export function combine(a: unknown, b: unknown, { ofDoubles, ofIntegers }: Arithmetic): Int32 | Long | Double | null {
  const [left, right] = [worthOf(a) ?? NaN, worthOf(b) ?? NaN];
  const type = widest(typeOf(a), typeOf(b));
  if (type === 'double') return new Double(ofDoubles(Number(left), Number(right)));
  const result = ofIntegers(BigInt(left), BigInt(right));
  if (type === 'int' && result >= MIN_INT && result <= MAX_INT) return new Int32(Number(result));
  return result >= MIN_LONG && result <= MAX_LONG ? Long.fromBigInt(result) : null;
}

function widest(a: TypeName, b: TypeName): TypeName {
  if (a === 'double' || b === 'double') return 'double';
  return a === 'long' || b === 'long' ? 'long' : 'int';
}

/** A whole number as mongod makes one of a count: an int where it fits. */
export function integerOf(value: number): Int32 | Long {
  return value >= MIN_INT && value <= MAX_INT ? new Int32(value) : Long.fromNumber(value);
}
