import { asDocument, type Document, fieldOf, firstName, setField } from '../document';
import { ARITHMETIC } from './arithmetic';
import { ARRAYS } from './arrays';
import { CONVERSIONS } from './conversions';
import { EVERY_NAME } from './every-name';
import { LOGIC } from './logic';
import { OBJECTS } from './objects';
import { type Compiler, type Evaluate, type OperatorTable, type Scope, variableIn } from './operator';
import { notImplemented, CommandError } from '../../command-error';
import { render } from '../values/render';

const OPERATORS: OperatorTable = { ...LOGIC, ...ARITHMETIC, ...ARRAYS, ...OBJECTS, ...CONVERSIONS };

/** The variables that are always there. Those that mongod has besides are refused. */
const SYSTEM: Readonly<Record<string, Evaluate>> = {
  ROOT: ({ root }) => root,
  CURRENT: ({ root }) => root,
  NOW: ({ now }) => now,
  REMOVE: () => undefined,
};
const SYSTEM_NOT_HERE = new Set(['CLUSTER_TIME', 'JS_SCOPE', 'IS_MR', 'SEARCH_META', 'USER_ROLES']);
/** Names that a pipeline may give to a variable (https://www.mongodb.com/docs/v6.0/reference/aggregation-variables/). */
const OWN_NAME = /^[a-z\u0080-\uffff][\w\u0080-\uffff]*$/;

/**
 * Makes an aggregation expression ready: literals, field paths, variables, documents and lists of expressions, and
 * operators. Throws CommandError: InvalidPipelineOperator for an operator that mongod does not know either.
 */
export function compileExpression(given: unknown): Evaluate {
  return compilerKnowing(new Set()).compile(given);
}

function compilerKnowing(names: ReadonlySet<string>): Compiler {
  const compiler: Compiler = {
    compile: (given) => compile(given, compiler, names),
    knowing: (...more) => {
      for (const name of more) if (!OWN_NAME.test(name)) throw badName(name);
      return compilerKnowing(new Set([...names, ...more]));
    },
  };
  return compiler;
}

function badName(name: string): CommandError {
  return new CommandError(16867, `'${name}' starts with an invalid character for a user variable name`);
}

function compile(given: unknown, compiler: Compiler, names: ReadonlySet<string>): Evaluate {
  if (typeof given === 'string') return compileText(given, names);
  if (Array.isArray(given)) return compileList(given, compiler);
  const document = asDocument(given);
  if (document === null) return () => given;
  return firstName(document)?.startsWith('$')
    ? compileOperator(document, compiler)
    : compileDocument(document, compiler);
}

function compileText(text: string, names: ReadonlySet<string>): Evaluate {
  if (text.startsWith('$$')) return compileVariable(text.slice(2), names);
  if (!text.startsWith('$')) return () => text;
  const path = fieldPath(text.slice(1));
  return ({ root }) => valueAt(root, path, 0);
}

function compileVariable(text: string, names: ReadonlySet<string>): Evaluate {
  const [name = '', ...path] = fieldPath(text);
  const read = readVariable(name, names);
  return path.length === 0 ? read : (scope) => valueAt(read(scope), path, 0);
}

function readVariable(name: string, names: ReadonlySet<string>): Evaluate {
  const system = Object.hasOwn(SYSTEM, name) ? SYSTEM[name] : undefined;
  if (system !== undefined) return system;
  if (SYSTEM_NOT_HERE.has(name)) throw notImplemented(`$$${name}`);
  if (!names.has(name)) throw new CommandError(17276, `Use of undefined variable: ${name}`);
  return (scope: Scope) => variableIn(scope, name);
}

/** The parts of a path in an expression. */
export function fieldPath(text: string): readonly string[] {
  if (text === '') throw new CommandError(40352, 'FieldPath cannot be constructed with empty string');
  if (text.endsWith('.')) throw new CommandError(40353, "FieldPath must not end with a '.'.");
  const parts = text.split('.');
  for (const part of parts) {
    if (part === '') throw new CommandError(15998, 'FieldPath field names may not be empty strings.');
    if (part.startsWith('$'))
      throw new CommandError(
        16410,
        `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
      );
  }
  return parts;
}

/** In expressions a path goes through every array on its way and makes a list of what it finds; numbers are names. */
function valueAt(value: unknown, path: readonly string[], from: number): unknown {
  const name = path[from];
  if (name === undefined) return value;
  if (Array.isArray(value)) {
    const found = value.map((element) => (asDocument(element) === null ? undefined : valueAt(element, path, from)));
    return found.filter((each) => each !== undefined);
  }
  const document = asDocument(value);
  return document === null ? undefined : valueAt(fieldOf(document, name), path, from + 1);
}

/** Missing values become null in a list. */
function compileList(given: readonly unknown[], { compile: compilePart }: Compiler): Evaluate {
  const parts = given.map(compilePart);
  return (scope) => parts.map((part) => part(scope) ?? null);
}

/** Missing values leave their field out of a document. */
function compileDocument(given: Document, { compile: compilePart }: Compiler): Evaluate {
  const fields = Object.keys(given).map((name) => {
    if (name.includes('.'))
      throw new CommandError(
        16412,
        `FieldPath field names may not contain '.'. Consider using $getField or $setField.`,
      );
    if (name.startsWith('$'))
      throw new CommandError(
        16410,
        `FieldPath field names may not start with '$'. Consider using $getField or $setField.`,
      );
    return { name, evaluate: compilePart(given[name]) };
  });
  return (scope) => {
    const made: Document = {};
    for (const { name, evaluate } of fields) {
      const value = evaluate(scope);
      if (value !== undefined) setField(made, name, value);
    }
    return made;
  };
}

function compileOperator(given: Document, compiler: Compiler): Evaluate {
  const [name = '', ...more] = Object.keys(given);
  if (more.length > 0) {
    throw new CommandError(15983, `an object representing an expression must have exactly one field: ${render(given)}`);
  }
  const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (operator !== undefined) return operator(given[name], compiler, name);
  if (EVERY_NAME.has(name)) throw notImplemented(name);
  throw new CommandError('InvalidPipelineOperator', `Unrecognized expression '${name}'`);
}
