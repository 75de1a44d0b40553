import { isNumberType, placeOf, typeOf } from '../values/bson-type';
import { compareValues, equalValues, textOf } from '../compare';
import { asDocument } from '../document';
import { worthOf } from '../values/numbers';
import { QueryError } from '../query-error';
import { valueKey } from '../value-key';
import type { Condition, ValueTest } from './condition';
import { startsWithOperator } from './operator-names';
import { regex } from './regular-expression';

/** `$eq`, or a value in a filter that stands for itself: null is also what is not there. */
export function equal(given: unknown): Condition {
  if (given === null) return { test: (value) => value == null, entersArrays: true };
  if (given === undefined) throw new QueryError('BadValue', 'cannot compare to undefined');
  if (typeof given === 'string') {
    return {
      test: (value) => value === given || (typeof value === 'object' && equalValues(value, given)),
      entersArrays: true,
    };
  }
  return { test: (value) => equalValues(value, given), entersArrays: true };
}

type Ordering = '$gt' | '$gte' | '$lt' | '$lte';

const SATISFIED: Readonly<Record<Ordering, (order: number) => boolean>> = {
  $gt: (order) => order > 0,
  $gte: (order) => order >= 0,
  $lt: (order) => order < 0,
  $lte: (order) => order <= 0,
};

/** Values of another type never pass, but for MinKey and MaxKey, which every type is compared with. NaN equals only itself. */
export function ordered(operator: Ordering, bound: unknown): Condition {
  if (typeOf(bound) === 'regex') throw new QueryError('BadValue', `Can't have RegEx as arg to predicate over field`);
  const satisfies = SATISFIED[operator];
  const takesEqual = operator.endsWith('e');
  if (bound === null) return { test: (value) => takesEqual && value == null, entersArrays: true };
  const place = placeOf(bound);
  const boundless = typeOf(bound) === 'minKey' || typeOf(bound) === 'maxKey';
  const isNaNBound = Number.isNaN(worthOf(bound));
  return {
    test: (value) => {
      if (placeOf(value) !== place) return boundless && satisfies(compareValues(value, bound));
      if (isNumberType(typeOf(value)) && (isNaNBound || Number.isNaN(worthOf(value)))) {
        return takesEqual && equalValues(value, bound);
      }
      return satisfies(compareValues(value, bound));
    },
    entersArrays: true,
  };
}

/** `$in`: any of a list of values and regular expressions. */
export function isIn(operator: string, given: unknown): Condition {
  if (!Array.isArray(given)) throw new QueryError('BadValue', `${operator} needs an array`);
  const patterns: Condition[] = [];
  const keys = new Set<string>();
  for (const value of given as unknown[]) {
    const document = asDocument(value);
    if (document !== null && startsWithOperator(document)) throw new QueryError('BadValue', 'cannot nest $ under $in');
    if (typeOf(value) === 'regex') patterns.push(regex(value));
    keys.add(valueKey(value));
  }
  const isAny = (given as unknown[]).every((value) => typeof value === 'string') ? inTexts(given) : inKeys(keys);
  const takesMissing = given.includes(null);
  return {
    test: (value) =>
      value === undefined
        ? takesMissing
        : isAny(value) || patterns.some((pattern) => 'test' in pattern && pattern.test(value)),
    entersArrays: true,
  };
}

function inKeys(keys: ReadonlySet<string>): ValueTest {
  return (value) => keys.has(valueKey(value));
}

/** The usual list, without making a key for every document. */
function inTexts(given: readonly string[]): ValueTest {
  const texts = new Set(given);
  return (value) => texts.has(typeOf(value) === 'symbol' ? textOf(value) : (value as string));
}
