import { isNumberType, placeOf, typeNamed, type TypeName, typeOf } from '../values/bson-type';
import { compareRegExps, compareValues, equalValues, type Pattern, regExpOf, textOf } from '../compare';
import { asDocument, type Document, fieldOf, firstName } from '../document';
import { BIT_OPERATORS, compileBits } from './bits';
import { compileRegExp } from './regular-expression';
import { asInteger, asNumber, worthOf } from '../values/numbers';
import { notImplemented, QueryError } from '../query-error';
import { render } from '../values/render';
import { isTrue } from '../values/truth';
import { valueKey } from '../value-key';

/**
 * What a filter asks of the values at one path: that one of them passes the test (with `entersArrays` the elements of an
 * array are values too), or that not all of some conditions hold.
 */
export type Condition =
  { readonly test: ValueTest; readonly entersArrays: boolean } | { readonly not: readonly Condition[] };

type ValueTest = (value: unknown) => boolean;
/** Makes a filter for the documents in an array, for `$elemMatch`. */
type CompileSubfilter = (filter: Document) => (document: Document) => boolean;

const NEVER: Condition = { test: () => false, entersArrays: false };
/** Operators that mongod knows and this server does not. */
const NOT_HERE = new Set([
  ...['$geoWithin', '$geoIntersects', '$near', '$nearSphere', '$within', '$geoNear', '$minDistance', '$maxDistance'],
  ...['$uniqueDocs', '$_internalSchemaType', '$_internalExprEq'],
]);

/** The conditions that a filter sets for a field: its operators, or its equality with what is given. */
export function conditionsOf(given: unknown, subfilter: CompileSubfilter): Condition[] {
  const operators = asDocument(given);
  if (operators === null || !startsWithOperator(operators))
    return [typeOf(given) === 'regex' ? regex(given) : equal(given)];
  return Object.keys(operators).flatMap((name) => operatorConditions(name, operators, subfilter));
}

/** A reference to another document, `{ $ref, $id }`, is a value although its names begin like operators. */
function startsWithOperator(document: Document): boolean {
  const name = firstName(document);
  const isReference = Object.hasOwn(document, '$ref') && Object.hasOwn(document, '$id');
  return name !== undefined && name.startsWith('$') && !isReference;
}

function operatorConditions(name: string, operators: Document, subfilter: CompileSubfilter): Condition[] {
  const given = operators[name];
  switch (name) {
    case '$eq':
      return [equal(given)];
    case '$ne':
      if (typeOf(given) === 'regex') throw new QueryError('BadValue', "Can't have regex as arg to $ne.");
      return [{ not: [equal(given)] }];
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return [ordered(name, given)];
    case '$in':
      return [isIn(name, given)];
    case '$nin':
      return [{ not: [isIn(name, given)] }];
    case '$exists':
      return [exists(isTrue(given))];
    case '$type':
      return [hasType(given)];
    case '$not':
      return [negation(given, subfilter)];
    case '$elemMatch':
      return [elemMatch(given, subfilter)];
    case '$size':
      return [hasSize(given)];
    case '$all':
      return containsAll(given, subfilter);
    case '$regex':
      return [regexWith(given, fieldOf(operators, '$options'))];
    case '$options':
      if (!Object.hasOwn(operators, '$regex')) throw new QueryError('BadValue', '$options needs a $regex');
      return [];
    case '$mod':
      return [modulo(given)];
    default:
      if (BIT_OPERATORS.has(name)) return [{ test: compileBits(name, given), entersArrays: true }];
      if (NOT_HERE.has(name)) throw notImplemented(name);
      throw new QueryError('BadValue', `unknown operator: ${name}`);
  }
}

function equal(given: unknown): Condition {
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
function ordered(operator: Ordering, bound: unknown): Condition {
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

function isIn(operator: string, given: unknown): Condition {
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

function exists(wanted: boolean): Condition {
  const condition: Condition = { test: (value) => value !== undefined, entersArrays: true };
  return wanted ? condition : { not: [condition] };
}

function hasType(given: unknown): Condition {
  const list: unknown[] = Array.isArray(given) ? given : [given];
  if (list.length === 0) throw new QueryError('FailedToParse', '$type must match at least one type');
  const types = new Set(list.flatMap(typesNamed));
  return { test: (value) => types.has(typeOf(value)), entersArrays: true };
}

function typesNamed(alias: unknown): TypeName[] {
  if (alias === 'number') return ['int', 'long', 'double', 'decimal'];
  const named = typeof alias === 'string' ? alias : asNumber(alias);
  if (named === null) throw new QueryError('TypeMismatch', 'type must be represented as a number or a string');
  const type = typeNamed(named);
  if (type !== null) return [type];
  throw new QueryError(
    'BadValue',
    typeof named === 'string' ? `Unknown type name alias: ${named}` : `Invalid numerical type code: ${named}`,
  );
}

function negation(given: unknown, subfilter: CompileSubfilter): Condition {
  if (typeOf(given) === 'regex') return { not: [regex(given)] };
  const operators = asDocument(given);
  if (operators === null) throw new QueryError('BadValue', '$not needs a regex or a document');
  if (firstName(operators) === undefined) throw new QueryError('BadValue', '$not cannot be empty');
  return { not: Object.keys(operators).flatMap((name) => operatorConditions(name, operators, subfilter)) };
}

/** A filter for the elements that are documents, or operators for elements of any type. */
function elemMatch(given: unknown, subfilter: CompileSubfilter): Condition {
  const document = asDocument(given);
  if (document === null) throw new QueryError('BadValue', '$elemMatch needs an Object');
  const first = firstName(document);
  const isFilter = !startsWithOperator(document) || ['$and', '$or', '$nor', '$expr', '$where'].includes(first ?? '');
  if (!isFilter) {
    const conditions = conditionsOf(document, subfilter);
    return onArrays((element) => conditions.every((condition) => holdsFor(element, condition)));
  }
  const matches = subfilter(document);
  return onArrays((element) => {
    const inner = Array.isArray(element) ? { ...(element as unknown[]) } : asDocument(element);
    return inner !== null && matches(inner);
  });
}

function onArrays(isWanted: ValueTest): Condition {
  return { test: (value) => Array.isArray(value) && value.some(isWanted), entersArrays: false };
}

/** Whether one value, taken for itself, meets a condition. */
export function holdsFor(value: unknown, condition: Condition): boolean {
  if ('test' in condition) return condition.test(value);
  return !condition.not.every((inner) => holdsFor(value, inner));
}

function hasSize(given: unknown): Condition {
  const size = asInteger(given);
  if (size === null || size < 0) {
    const isNumber = asNumber(given) !== null;
    const expected = size !== null ? 'a non-negative number in' : isNumber ? 'an integer' : 'a number in';
    throw new QueryError('BadValue', `Failed to parse $size. Expected ${expected}: $size: ${render(given)}`);
  }
  return { test: (value) => Array.isArray(value) && value.length === size, entersArrays: false };
}

function containsAll(given: unknown, subfilter: CompileSubfilter): Condition[] {
  if (!Array.isArray(given)) throw new QueryError('BadValue', '$all needs an array');
  if (given.length === 0) return [NEVER];
  return (given as unknown[]).map((wanted) => {
    const document = asDocument(wanted);
    if (document !== null && firstName(document) === '$elemMatch') return elemMatch(document.$elemMatch, subfilter);
    if (document !== null && startsWithOperator(document)) throw new QueryError('BadValue', 'no $ expressions in $all');
    return typeOf(wanted) === 'regex' ? regex(wanted) : equal(wanted);
  });
}

function regexWith(given: unknown, options: unknown): Condition {
  if (options !== undefined && typeof options !== 'string')
    throw new QueryError('BadValue', '$options has to be a string');
  if (typeof given === 'string') return matching({ pattern: given, options: options ?? '' });
  if (typeOf(given) !== 'regex') throw new QueryError('BadValue', '$regex has to be a string');
  const { pattern, options: own } = regExpOf(given);
  if (own !== '' && options !== undefined) throw new QueryError(51075, 'options set in both $regex and $options');
  return matching({ pattern, options: options ?? own });
}

function regex(given: unknown): Condition {
  return matching(regExpOf(given));
}

/** Texts that match, and the very same regular expression where one is stored. */
function matching(pattern: Pattern): Condition {
  const compiled = compileRegExp(pattern);
  const test: ValueTest = (value) => {
    if (typeof value === 'string') return compiled.test(value);
    if (typeof value !== 'object' || value === null) return false;
    const type = typeOf(value);
    if (type === 'regex') return compareRegExps(regExpOf(value), pattern) === 0;
    return type === 'symbol' && compiled.test(textOf(value));
  };
  return { test, entersArrays: true };
}

function modulo(given: unknown): Condition {
  if (!Array.isArray(given)) throw new QueryError('BadValue', 'malformed mod, needs to be an array');
  if (given.length < 2) throw new QueryError('BadValue', 'malformed mod, not enough elements');
  if (given.length > 2) throw new QueryError('BadValue', 'malformed mod, too many elements');
  const [divisor, remainder] = (given as unknown[]).map(asNumber);
  if (divisor == null) throw new QueryError('BadValue', 'malformed mod, divisor not a number');
  if (remainder == null) throw new QueryError('BadValue', 'malformed mod, remainder not a number');
  if (Math.trunc(divisor) === 0) throw new QueryError('BadValue', 'divisor cannot be 0');
  const [whole, rest] = [BigInt(Math.trunc(divisor)), BigInt(Math.trunc(remainder))];
  const test: ValueTest = (value) => {
    const worth = worthOf(value);
    if (worth === null || !Number.isFinite(Number(worth))) return false;
    return BigInt(typeof worth === 'number' ? Math.trunc(worth) : worth) % whole === rest;
  };
  return { test, entersArrays: true };
}
