import { type TypeName, typeNamed, typeOf } from '../values/bson-type';
import { asInteger, asNumber, worthOf } from '../values/numbers';
import { CommandError } from '../../command-error';
import { render } from '../values/render';
import type { Condition, ValueTest } from './condition';

/** `$exists`. */
export function exists(wanted: boolean): Condition {
  const condition: Condition = { test: (value) => value !== undefined, entersArrays: true };
  return wanted ? condition : { not: [condition] };
}

/** `$type`: one name or number of a type, or several. */
export function hasType(given: unknown): Condition {
  const list: unknown[] = Array.isArray(given) ? given : [given];
  if (list.length === 0) throw new CommandError('FailedToParse', '$type must match at least one type');
  const types = new Set(list.flatMap(typesNamed));
  return { test: (value) => types.has(typeOf(value)), entersArrays: true };
}

function typesNamed(alias: unknown): TypeName[] {
  if (alias === 'number') return ['int', 'long', 'double', 'decimal'];
  const named = typeof alias === 'string' ? alias : asNumber(alias);
  if (named === null) throw new CommandError('TypeMismatch', 'type must be represented as a number or a string');
  const type = typeNamed(named);
  if (type !== null) return [type];
  throw new CommandError(
    'BadValue',
    typeof named === 'string' ? `Unknown type name alias: ${named}` : `Invalid numerical type code: ${named}`,
  );
}

/** `$size`: an array with so many elements. */
export function hasSize(given: unknown): Condition {
  const size = asInteger(given);
  if (size === null || size < 0) {
    const isNumber = asNumber(given) !== null;
    const expected = size !== null ? 'a non-negative number in' : isNumber ? 'an integer' : 'a number in';
    throw new CommandError('BadValue', `Failed to parse $size. Expected ${expected}: $size: ${render(given)}`);
  }
  return { test: (value) => Array.isArray(value) && value.length === size, entersArrays: false };
}

/** `$mod`: a number that leaves a remainder, `[divisor, remainder]`; fractions are cut off. */
export function modulo(given: unknown): Condition {
  if (!Array.isArray(given)) throw new CommandError('BadValue', 'malformed mod, needs to be an array');
  if (given.length < 2) throw new CommandError('BadValue', 'malformed mod, not enough elements');
  if (given.length > 2) throw new CommandError('BadValue', 'malformed mod, too many elements');
  const [divisor, remainder] = given as unknown[];
  const [whole, rest] = [longFor(divisor, 'divisor'), longFor(remainder, 'remainder')];
  if (whole === 0n) throw new CommandError('BadValue', 'divisor cannot be 0');
  const test: ValueTest = (value) => {
    const worth = worthOf(value);
    if (worth === null || !Number.isFinite(Number(worth))) return false;
    return BigInt(typeof worth === 'number' ? Math.trunc(worth) : worth) % whole === rest;
  };
  return { test, entersArrays: true };
}

/** The whole number of 64 bits that a part of `$mod` is cut to. */
function longFor(given: unknown, part: string): bigint {
  const worth = worthOf(given);
  if (worth === null) throw new CommandError('BadValue', `malformed mod, ${part} not a number`);
  const invalid = `malformed mod, ${part} value is invalid :: caused by ::`;
  if (!Number.isFinite(Number(worth))) {
    throw new CommandError('BadValue', `${invalid} Unable to coerce NaN/Inf to integral type`);
  }
  const whole = BigInt(typeof worth === 'number' ? Math.trunc(worth) : worth);
  if (BigInt.asIntN(64, whole) === whole) return whole;
  throw new CommandError('BadValue', `${invalid} Out of bounds coercing to integral value`);
}
