import { equal, isIn, ordered } from './comparisons';
import { type Condition, holdsFor, type ValueTest } from './condition';
import { startsWithOperator } from './operator-names';
import { regex, regexWith } from './regular-expression';
import { exists, hasSize, hasType, modulo } from './shape';
import { typeOf } from '../values/bson-type';
import { asDocument, type Document, fieldOf, firstName } from '../document';
import { BIT_OPERATORS, compileBits } from './bits';
import { notImplemented, CommandError } from '../../command-error';
import { isTrue } from '../values/truth';

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

function operatorConditions(name: string, operators: Document, subfilter: CompileSubfilter): Condition[] {
  const given = operators[name];
  switch (name) {
    case '$eq':
      return [equal(given)];
    case '$ne':
      if (typeOf(given) === 'regex') throw new CommandError('BadValue', "Can't have regex as arg to $ne.");
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
      if (!Object.hasOwn(operators, '$regex')) throw new CommandError('BadValue', '$options needs a $regex');
      return [];
    case '$mod':
      return [modulo(given)];
    default:
      if (BIT_OPERATORS.has(name)) return [{ test: compileBits(name, given), entersArrays: true }];
      if (NOT_HERE.has(name)) throw notImplemented(name);
      throw new CommandError('BadValue', `unknown operator: ${name}`);
  }
}

function negation(given: unknown, subfilter: CompileSubfilter): Condition {
  if (typeOf(given) === 'regex') return { not: [regex(given)] };
  const operators = asDocument(given);
  if (operators === null) throw new CommandError('BadValue', '$not needs a regex or a document');
  if (firstName(operators) === undefined) throw new CommandError('BadValue', '$not cannot be empty');
  return { not: Object.keys(operators).flatMap((name) => operatorConditions(name, operators, subfilter)) };
}

/** A filter for the elements that are documents, or operators for elements of any type. */
function elemMatch(given: unknown, subfilter: CompileSubfilter): Condition {
  const document = asDocument(given);
  if (document === null) throw new CommandError('BadValue', '$elemMatch needs an Object');
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

function containsAll(given: unknown, subfilter: CompileSubfilter): Condition[] {
  if (!Array.isArray(given)) throw new CommandError('BadValue', '$all needs an array');
  if (given.length === 0) return [NEVER];
  return (given as unknown[]).map((wanted) => {
    const document = asDocument(wanted);
    if (document !== null && firstName(document) === '$elemMatch') return elemMatch(document.$elemMatch, subfilter);
    if (document !== null && startsWithOperator(document))
      throw new CommandError('BadValue', 'no $ expressions in $all');
    return typeOf(wanted) === 'regex' ? regex(wanted) : equal(wanted);
  });
}
