import { Int32 } from 'bson';
import { compareValues } from '../compare';
import { asDocument, fieldOf } from '../document';
import {
  binary,
  compileArguments,
  type Compiler,
  type Evaluate,
  missing,
  type OperatorTable,
  unary,
  variadic,
  withVariable,
} from './operator';
import { CommandError } from '../../command-error';
import { isTrue } from '../values/truth';

/** Comparisons (by the total order of values, whatever their types), truth, choices and variables. */
export const LOGIC: OperatorTable = {
  $eq: comparison((order) => order === 0),
  $ne: comparison((order) => order !== 0),
  $gt: comparison((order) => order > 0),
  $gte: comparison((order) => order >= 0),
  $lt: comparison((order) => order < 0),
  $lte: comparison((order) => order <= 0),
  $cmp: binary((a, b) => new Int32(Math.sign(compareValues(a, b)))),
  $and: variadicLazily((parts, scope) => parts.every((part) => isTrue(part(scope)))),
  $or: variadicLazily((parts, scope) => parts.some((part) => isTrue(part(scope)))),
  $not: unary((value) => !isTrue(value)),
  $literal: (given) => () => given,
  $cond: (given, compiler, name) => {
    const [condition = missing, then = missing, otherwise = missing] = branches(given, compiler, name);
    return (scope) => (isTrue(condition(scope)) ? then(scope) : otherwise(scope));
  },
  $ifNull: (given, compiler, name) => {
    const length = Array.isArray(given) ? given.length : 1;
    if (length < 2) throw new CommandError(1257300, '$ifNull needs at least two arguments, had: 1');
    const parts = compileArguments(given, compiler, name, 2, Infinity);
    return (scope) => {
      let value: unknown;
      for (const part of parts) {
        value = part(scope);
        if (value != null) return value;
      }
      return value;
    };
  },
  $switch: compileSwitch,
  $let: compileLet,
  $max: variadic((values) => extreme([...values], 1)),
  $min: variadic((values) => extreme([...values], -1)),
};

function comparison(holds: (order: number) => boolean) {
  return binary((a, b) => holds(compareValues(a, b)));
}

function variadicLazily(decide: (parts: readonly Evaluate[], scope: Parameters<Evaluate>[0]) => boolean) {
  return (given: unknown, compiler: Compiler, name: string): Evaluate => {
    const parts = compileArguments(given, compiler, name, 0, Infinity);
    return (scope) => decide(parts, scope);
  };
}

/** `[if, then, else]`, or a document of the three. */
function branches(given: unknown, compiler: Compiler, name: string): Evaluate[] {
  const named = asDocument(given);
  if (named === null) return compileArguments(given, compiler, name, 3);
  for (const key of Object.keys(named)) {
    if (!['if', 'then', 'else'].includes(key)) throw new CommandError(17083, `Unrecognized parameter to $cond: ${key}`);
  }
  return ['if', 'then', 'else'].map((key, at) => {
    if (!Object.hasOwn(named, key)) throw new CommandError(17080 + at, `Missing '${key}' parameter to $cond`);
    return compiler.compile(named[key]);
  });
}

function compileSwitch(given: unknown, { compile }: Compiler): Evaluate {
  const named = asDocument(given);
  if (named === null) throw new CommandError(40060, '$switch requires an object as an argument');
  const list = fieldOf(named, 'branches');
  if (!Array.isArray(list)) throw new CommandError(40061, "$switch expected an array for 'branches'");
  if (list.length === 0) throw new CommandError(40068, '$switch requires at least one branch.');
  const cases = list.map((each) => {
    const branch = asDocument(each);
    if (branch === null) throw new CommandError(40062, '$switch expected each branch to be an object');
    if (!Object.hasOwn(branch, 'case'))
      throw new CommandError(40064, "$switch requires each branch have a 'case' expression");
    if (!Object.hasOwn(branch, 'then'))
      throw new CommandError(40065, "$switch requires each branch have a 'then' expression.");
    return { condition: compile(branch.case), then: compile(branch.then) };
  });
  const otherwise = Object.hasOwn(named, 'default') ? compile(named.default) : noBranch;
  return (scope) => (cases.find(({ condition }) => isTrue(condition(scope)))?.then ?? otherwise)(scope);
}

function noBranch(): never {
  throw new CommandError(40066, '$switch could not find a matching branch for an input, and no default was specified.');
}

function compileLet(given: unknown, compiler: Compiler): Evaluate {
  const named = asDocument(given);
  if (named === null) throw new CommandError(16874, '$let only supports an object as its argument');
  const variables = asDocument(fieldOf(named, 'vars'));
  if (variables === null) throw new CommandError(16876, "Missing 'vars' parameter to $let");
  if (!Object.hasOwn(named, 'in')) throw new CommandError(16877, "Missing 'in' parameter to $let");
  const names = Object.keys(variables);
  const bound = names.map((name) => ({ name, evaluate: compiler.compile(variables[name]) }));
  const body = compiler.knowing(...names).compile(named.in);
  return (scope) =>
    body(bound.reduce((inner, { name, evaluate }) => withVariable(inner, name, evaluate(scope)), scope));
}

/** The greatest or least of the values, or of the elements of a single list; null and missing do not count. */
function extreme(values: readonly unknown[], sign: 1 | -1): unknown {
  const [only] = values;
  const among: readonly unknown[] = values.length === 1 && Array.isArray(only) ? only : values;
  let best: unknown = null;
  for (const value of among) {
    if (value != null && (best === null || sign * compareValues(value, best) > 0)) best = value;
  }
  return best;
}
