import { Double, Long } from 'bson';
import { isNumberType, typeOf } from '../values/bson-type';
import { binary, type OperatorTable, variadic } from './operator';
import {
  ADDITION,
  type Arithmetic,
  asNumber,
  combine,
  integerOf,
  MULTIPLICATION,
  SUBTRACTION,
} from '../values/numbers';
import { CommandError } from '../../command-error';

/** Sums, differences, products and quotients, of dates too. Null or missing among the arguments makes null. */
export const ARITHMETIC: OperatorTable = {
  $add: variadic((values) => add(values)),
  $subtract: binary(subtract),
  $multiply: variadic((values) => multiply(values)),
  $divide: binary(divide),
  $mod: binary(modulo),
};

function add(values: Iterable<unknown>): unknown {
  let sum: unknown = integerOf(0);
  let date = false;
  for (const value of values) {
    if (value == null) return null;
    const isDate = typeOf(value) === 'date';
    if (!isDate && !isNumber(value)) {
      throw new CommandError(16554, `$add only supports numeric or date types, not ${typeOf(value)}`);
    }
    if (isDate && date) throw new CommandError(16612, 'only one date allowed in an $add expression');
    date ||= isDate;
    sum = exactly(sum, isDate ? integerOf(Number(value)) : value, ADDITION);
  }
  return date ? new Date(Math.round(asNumber(sum) ?? NaN)) : sum;
}

function subtract(a: unknown, b: unknown): unknown {
  if (a == null || b == null) return null;
  if (isNumber(a) && isNumber(b)) return exactly(a, b, SUBTRACTION);
  if (typeOf(a) === 'date' && typeOf(b) === 'date') return integerAsLong(Number(a) - Number(b));
  if (typeOf(a) === 'date' && isNumber(b)) return new Date(Number(a) - Math.round(asNumber(b) ?? NaN));
  throw new CommandError('TypeMismatch', `can't $subtract ${typeOf(b)} from ${typeOf(a)}`);
}

function multiply(values: Iterable<unknown>): unknown {
  let product: unknown = integerOf(1);
  for (const value of values) {
    if (value == null) return null;
    if (!isNumber(value))
      throw new CommandError('TypeMismatch', `$multiply only supports numeric types, not ${typeOf(value)}`);
    product = exactly(product, value, MULTIPLICATION);
  }
  return product;
}

function divide(a: unknown, b: unknown): unknown {
  if (a == null || b == null) return null;
  if (!isNumber(a) || !isNumber(b)) {
    throw new CommandError('TypeMismatch', `$divide only supports numeric types, not ${typeOf(a)} and ${typeOf(b)}`);
  }
  if (asNumber(b) === 0) throw new CommandError('BadValue', "can't $divide by zero");
  return new Double((asNumber(a) ?? NaN) / (asNumber(b) ?? NaN));
}

function modulo(a: unknown, b: unknown): unknown {
  if (a == null || b == null) return null;
  if (!isNumber(a) || !isNumber(b)) {
    throw new CommandError(16611, `$mod only supports numeric types, not ${typeOf(a)} and ${typeOf(b)}`);
  }
  if (asNumber(b) === 0) throw new CommandError(16610, "can't $mod by zero");
  return combine(a, b, { ofDoubles: (left, right) => left % right, ofIntegers: (left, right) => left % right });
}

/** In expressions, longs that overflow become a double. */
function exactly(a: unknown, b: unknown, arithmetic: Arithmetic): unknown {
  return combine(a, b, arithmetic) ?? new Double(arithmetic.ofDoubles(asNumber(a) ?? NaN, asNumber(b) ?? NaN));
}

function isNumber(value: unknown): boolean {
  return isNumberType(typeOf(value));
}

/** A difference of dates is a long, however small. */
function integerAsLong(value: number): Long {
  return Long.fromNumber(value);
}
