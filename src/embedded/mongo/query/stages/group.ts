import { ACCUMULATORS, type Accumulator } from './accumulators';
import { isNumberType, typeOf } from '../values/bson-type';
import { asDocument, type Document, firstName, type QueryContext, setField } from '../document';
import { compileExpression } from '../expressions/expression';
import type { Evaluate } from '../expressions/operator';
import { notImplemented, CommandError } from '../../command-error';
import { valueKey } from '../value-key';

/** One field of a group: how it gathers what the expression gives for each document. */
interface Gathered {
  readonly name: string;
  readonly start: () => Accumulator;
  readonly evaluate: Evaluate;
}

interface Group {
  readonly id: unknown;
  readonly gathering: readonly Accumulator[];
}

/** Accumulators of mongod 6.0 that are not made here. */
const NOT_HERE = new Set(
  '$accumulator $bottom $bottomN $firstN $lastN $maxN $minN $stdDevPop $stdDevSamp $top $topN $covariancePop'.split(
    ' ',
  ),
);

/** The stage `$group`: a document for each value of `_id` among the documents, in the order in which they first occur. */
export function compileGroup(spec: unknown, { now }: QueryContext): (documents: readonly Document[]) => Document[] {
  const given = asDocument(spec);
  if (given === null) throw new CommandError(15947, "a group's fields must be specified in an object");
  if (!Object.hasOwn(given, '_id')) throw new CommandError(15955, 'a group specification must include an _id');
  const idOf = compileId(given._id);
  const fields = Object.keys(given)
    .filter((name) => name !== '_id')
    .map((name) => compileField(name, given[name]));
  return (documents) => {
    const groups = new Map<string, Group>();
    for (const root of documents) {
      const scope = { root, now, variables: null };
      const id = idOf(scope) ?? null;
      const key = valueKey(id);
      const group = groups.get(key) ?? { id, gathering: fields.map(({ start }) => start()) };
      groups.set(key, group);
      fields.forEach(({ evaluate }, at) => group.gathering[at]?.add(evaluate(scope)));
    }
    return [...groups.values()].map((group) => documentOf(group, fields));
  };
}

/** Of a document of one expression, what is missing groups as null. A number or a flag would read like a projection. */
function compileId(id: unknown): Evaluate {
  const fields = asDocument(id);
  if (fields === null || firstName(fields)?.startsWith('$')) return compileExpression(id);
  const parts = Object.keys(fields).map((name) => {
    if (typeof fields[name] === 'boolean' || isNumberType(typeOf(fields[name]))) {
      throw new CommandError(17390, '$group does not support inclusion-style expressions');
    }
    return { name, evaluate: compileExpression(fields[name]) };
  });
  return (scope) => {
    const made: Document = {};
    for (const { name, evaluate } of parts) {
      const value = evaluate(scope);
      if (value !== undefined) setField(made, name, value);
      else if (parts.length === 1) setField(made, name, null);
    }
    return made;
  };
}

function documentOf({ id, gathering }: Group, fields: readonly Gathered[]): Document {
  const made: Document = { _id: id };
  fields.forEach(({ name }, at) => setField(made, name, gathering[at]?.result() ?? null));
  return made;
}

function compileField(name: string, given: unknown): Gathered {
  if (name.includes('.')) throw new CommandError(40235, `The field name '${name}' cannot contain '.'`);
  if (name.startsWith('$')) throw new CommandError(40236, `The field name '${name}' cannot be an operator name`);
  const use = asDocument(given);
  const operator = use === null ? undefined : firstName(use);
  if (use === null || !operator?.startsWith('$')) {
    throw new CommandError(40234, `The field '${name}' must be an accumulator object`);
  }
  if (Object.keys(use).length !== 1) throw new CommandError(40238, `The field '${name}' must specify one accumulator`);
  const start = Object.hasOwn(ACCUMULATORS, operator) ? ACCUMULATORS[operator] : undefined;
  if (start !== undefined) return { name, start, evaluate: compileArgument(operator, use[operator]) };
  if (NOT_HERE.has(operator)) throw notImplemented(operator);
  throw new CommandError(15952, `unknown group operator '${operator}'`);
}

function compileArgument(operator: string, given: unknown): Evaluate {
  if (Array.isArray(given)) throw new CommandError(40237, `The ${operator} accumulator is a unary operator`);
  if (operator !== '$count') return compileExpression(given);
  const document = asDocument(given);
  if (document !== null && firstName(document) === undefined) return () => null;
  throw new CommandError('TypeMismatch', '$count takes no arguments, i.e. $count:{}');
}
