import type { Document } from '../document';
import { CommandError } from '../../command-error';

/** The variables that `$let`, `$map`, `$filter` and `$reduce` made, the innermost first. */
interface Variables {
  readonly name: string;
  readonly value: unknown;
  readonly outer: Variables | null;
}

/** What an expression is evaluated in. */
export interface Scope {
  readonly root: Document;
  readonly now: Date;
  readonly variables: Variables | null;
}

/** A compiled expression. Undefined is a value that is missing: a field of that value is not there. */
export type Evaluate = (scope: Scope) => unknown;

/** Compiles the parts of an expression, where some variables are known. */
export interface Compiler {
  readonly compile: (given: unknown) => Evaluate;
  /** One for parts that know some variables more. Throws CommandError for names that none may have. */
  readonly knowing: (...names: string[]) => Compiler;
}

/** Makes one use of an operator, `{ [name]: given }`, ready. */
type Operator = (given: unknown, compiler: Compiler, name: string) => Evaluate;
export type OperatorTable = Readonly<Record<string, Operator>>;

export function withVariable(scope: Scope, name: string, value: unknown): Scope {
  return { ...scope, variables: { name, value, outer: scope.variables } };
}

/** The value of a variable; undefined where it has none. */
export function variableIn(scope: Scope, name: string): unknown {
  for (let at = scope.variables; at !== null; at = at.outer) if (at.name === name) return at.value;
  return undefined;
}

/** The arguments of an operator: a list, or a single one without it. Throws CommandError where they are too few or many. */
export function compileArguments(
  given: unknown,
  { compile }: Compiler,
  name: string,
  least: number,
  most = least,
): Evaluate[] {
  const list: unknown[] = Array.isArray(given) ? given : [given];
  const { length } = list;
  if (length >= least && length <= most) return list.map((each) => compile(each));
  if (least === most)
    throw new CommandError(16020, `Expression ${name} takes exactly ${least} arguments. ${length} were passed in.`);
  throw new CommandError(
    28667,
    `Expression ${name} takes at least ${least} arguments, and at most ${most}, but ${length} were passed in.`,
  );
}

/** An operator of one argument that depends on its value alone. */
export function unary(operate: (value: unknown, name: string) => unknown): Operator {
  return (given, compiler, name) => {
    const [argument = missing] = compileArguments(given, compiler, name, 1);
    return (scope) => operate(argument(scope), name);
  };
}

/** An operator of two arguments that depends on their values alone. */
export function binary(operate: (a: unknown, b: unknown, name: string) => unknown): Operator {
  return (given, compiler, name) => {
    const [left = missing, right = missing] = compileArguments(given, compiler, name, 2);
    return (scope) => operate(left(scope), right(scope), name);
  };
}

/**
 * An operator of any number of arguments that depends on their values alone. They are evaluated one by one, as it asks for
 * them: what follows the one that decides is not, and cannot fail.
 */
export function variadic(operate: (values: Iterable<unknown>) => unknown): Operator {
  return (given, compiler, name) => {
    const parts = compileArguments(given, compiler, name, 0, Infinity);
    return (scope) => operate(evaluateEach(parts, scope));
  };
}

function* evaluateEach(parts: readonly Evaluate[], scope: Scope): Iterable<unknown> {
  for (const part of parts) yield part(scope);
}

/** What is not given evaluates to nothing. */
export const missing: Evaluate = () => undefined;
