import type { Condition } from './filters/condition';
import { conditionsOf } from './filters/conditions';
import { typeOf } from './values/bson-type';
import { asDocument, type Document, fieldOf, firstName, type QueryContext } from './document';
import { compileExpression } from './expressions/expression';
import { type Path, pathOf, someAt } from './values/path';
import { notImplemented, CommandError } from '../command-error';
import { isTrue } from './values/truth';

/** Whether a document is meant. */
export type Matches = (document: Document) => boolean;

const JOINING = new Set(['$and', '$or', '$nor']);
/** Operators of a filter's top level that mongod knows and this server does not. */
const NOT_HERE = new Set(['$where', '$text', '$jsonSchema', '$sampleRate', '$alwaysTrue', '$alwaysFalse']);

/**
 * Makes a filter ready to run over many documents. Throws CommandError for what mongod refuses, and for operators that
 * mongod knows and this server does not.
 */
export function compileFilter(filter: Document, context: QueryContext): Matches {
  return compileClauses(filter, { ...context, isOfElements: false });
}

/** `isOfElements`: within `$elemMatch`, where there is no whole document that an expression could be about. */
type Place = QueryContext & { readonly isOfElements: boolean };

function compileClauses(filter: Document, place: Place): Matches {
  return every(Object.keys(filter).map((name) => compileClause(name, filter[name], place)));
}

function compileClause(name: string, given: unknown, place: Place): Matches {
  if (!name.startsWith('$')) return compileField(name, given, place);
  if (JOINING.has(name)) return compileJoining(name, given, place);
  if (name === '$expr') return compileExpr(given, place);
  if (name === '$comment') return () => true;
  if (NOT_HERE.has(name)) throw notImplemented(name);
  throw new CommandError(
    'BadValue',
    `unknown top level operator: ${name}. If you have a field name that starts with a '$' symbol, consider using ` +
      '$getField or $setField.',
  );
}

function compileJoining(name: string, given: unknown, place: Place): Matches {
  if (!Array.isArray(given)) throw new CommandError('BadValue', `${name} must be an array`);
  if (given.length === 0) throw new CommandError('BadValue', '$and/$or/$nor must be a nonempty array');
  const clauses = given.map((clause) => {
    const filter = asDocument(clause);
    if (filter === null) throw new CommandError('BadValue', '$or/$and/$nor entries need to be full objects');
    return compileClauses(filter, place);
  });
  if (name === '$and') return every(clauses);
  const isAny: Matches = (document) => clauses.some((matches) => matches(document));
  return name === '$or' ? isAny : (document) => !isAny(document);
}

function compileExpr(given: unknown, { now, isOfElements }: Place): Matches {
  if (isOfElements) throw new CommandError('BadValue', '$expr can only be applied to the top-level document');
  const evaluate = compileExpression(given);
  return (root) => isTrue(evaluate({ root, now, variables: null }));
}

function compileField(name: string, given: unknown, place: Place): Matches {
  const path = pathOf(name);
  const subfilter = (filter: Document) => compileClauses(filter, { ...place, isOfElements: true });
  return every(conditionsOf(given, subfilter).map((condition) => onPath(path, condition)));
}

/** A condition on what a path leads to. Names without dots, which are most, take the short way. */
function onPath(path: Path, condition: Condition): Matches {
  if ('not' in condition) {
    const matches = every(condition.not.map((inner) => onPath(path, inner)));
    return (document) => !matches(document);
  }
  const { test, entersArrays } = condition;
  const [name = '', ...rest] = path.parts;
  if (rest.length > 0) return (document) => someAt(document, path, test, entersArrays);
  return (document) => {
    const value = Array.isArray(document) ? undefined : fieldOf(document, name);
    return test(value) || (Array.isArray(value) && entersArrays && value.some(test)) || false;
  };
}

function every(clauses: readonly Matches[]): Matches {
  const [first, ...rest] = clauses;
  if (first === undefined) return () => true;
  if (rest.length === 0) return first;
  return (document) => clauses.every((matches) => matches(document));
}

/**
 * The values of `_id` that a filter admits, by its top level alone (`{_id: x}`, `{_id: {$eq: x}}`, `{_id: {$in: [...]}}`);
 * null where it does not name them. For looking documents up instead of scanning; the filter must still be run on them.
 */
export function idsNamedBy(filter: Document): readonly unknown[] | null {
  const given = fieldOf(filter, '_id');
  const operators = asDocument(given);
  const operator = operators === null ? undefined : firstName(operators);
  if (operators === null || !operator?.startsWith('$')) return isPlain(given) ? [given] : null;
  const listed = fieldOf(operators, '$in');
  if (Array.isArray(listed)) return listed.every(isPlain) ? listed : null;
  const equal = fieldOf(operators, '$eq');
  return isPlain(equal) ? [equal] : null;
}

/** Whether a value in a filter stands for itself. */
function isPlain(value: unknown): boolean {
  if (value === undefined || Array.isArray(value)) return false;
  if (typeof value !== 'object' || value === null) return true;
  const document = asDocument(value);
  return document === null ? typeOf(value) !== 'regex' : !firstName(document)?.startsWith('$');
}
