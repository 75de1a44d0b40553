import { Binary } from 'bson';
import { placeOf, typeOf } from '../values/bson-type';
import { compareValues, equalValues, textOf } from '../compare';
import { asDocument } from '../document';
import { compareWorth, type Worth, worthOf } from '../values/numbers';
import { CommandError } from '../../command-error';
import { valueKey } from '../value-key';
import type { Condition, ValueTest } from './condition';
import { startsWithOperator } from './operator-names';
import { regex } from './regular-expression';

/** `$eq`, or a value in a filter that stands for itself: null is also what is not there. */
export function equal(given: unknown): Condition {
  if (given === null) return { test: (value) => value == null, entersArrays: true };
  if (given === undefined) throw new CommandError('BadValue', 'cannot compare to undefined');
  if (typeof given === 'string') {
    return {
      test: (value) => value === given || (typeof value === 'object' && equalValues(value, given)),
      entersArrays: true,
    };
  }
  return { test: equalTest(given), entersArrays: true };
}

/** The usual types of values without the detour by the order of all. */
function equalTest(given: unknown): ValueTest {
  const worth = worthOf(given);
  if (worth !== null) {
    return (value) => {
      const found = worthOf(value);
      return found !== null && compareWorth(found, worth) === 0;
    };
  }
  if (given instanceof Binary) {
    return (value) => value instanceof Binary && value.position === given.position && equalValues(value, given);
  }
  return (value) => equalValues(value, given);
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
  if (typeOf(bound) === 'regex') throw new CommandError('BadValue', `Can't have RegEx as arg to predicate over field`);
  const satisfies = SATISFIED[operator];
  const takesEqual = operator.endsWith('e');
  if (bound === null) return { test: (value) => takesEqual && value == null, entersArrays: true };
  const worth = worthOf(bound);
  if (worth !== null) return { test: orderedNumber(worth, satisfies, takesEqual), entersArrays: true };
  const place = placeOf(bound);
  const takesAllTypes = typeOf(bound) === 'minKey' || typeOf(bound) === 'maxKey';
  return {
    test: (value) => (takesAllTypes || placeOf(value) === place) && satisfies(compareValues(value, bound)),
    entersArrays: true,
  };
}

function orderedNumber(bound: Worth, satisfies: (order: number) => boolean, takesEqual: boolean): ValueTest {
  const isNaNBound = Number.isNaN(bound);
  return (value) => {
    const worth = worthOf(value);
    if (worth === null) return false;
    if (isNaNBound || Number.isNaN(worth)) return takesEqual && isNaNBound && Number.isNaN(worth);
    return satisfies(compareWorth(worth, bound));
  };
}

/** `$in`: any of a list of values and regular expressions. */
export function isIn(operator: string, given: unknown): Condition {
  if (!Array.isArray(given)) throw new CommandError('BadValue', `${operator} needs an array`);
  const patterns: Condition[] = [];
  const keys = new Set<string>();
  for (const value of given as unknown[]) {
    const document = asDocument(value);
    if (document !== null && startsWithOperator(document))
      throw new CommandError('BadValue', 'cannot nest $ under $in');
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
