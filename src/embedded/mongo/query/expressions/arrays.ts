import { typeOf } from '../values/bson-type';
import { compareValues, equalValues } from '../compare';
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
import { asInteger, asNumber, integerOf } from '../values/numbers';
import { CommandError } from '../../command-error';
import { isTrue } from '../values/truth';
import { valueKey } from '../value-key';

/** Lists, and sets made of them. */
export const ARRAYS: OperatorTable = {
  $concatArrays: variadic((lists) => joined(lists, 28664, '$concatArrays only supports arrays, not')),
  $setUnion: variadic((lists) => union(lists)),
  $size: unary((value) => {
    if (!Array.isArray(value)) {
      throw new CommandError(17124, `The argument to $size must be an array, but was of type: ${typeOf(value)}`);
    }
    return integerOf(value.length);
  }),
  $isArray: unary((value) => Array.isArray(value)),
  $in: binary((value, list) => {
    if (!Array.isArray(list)) {
      throw new CommandError(40081, `$in requires an array as a second argument, found: ${typeOf(list)}`);
    }
    return list.some((element) => equalValues(element, value));
  }),
  $arrayElemAt: binary(elementAt),
  $first: unary((value) => elementAt(value, integerOf(0), '$first')),
  $last: unary((value) => elementAt(value, integerOf(-1), '$last')),
  $slice: (given, compiler, name) => {
    const parts = compileArguments(given, compiler, name, 2, 3);
    return (scope) => slice(parts.map((part) => part(scope)));
  },
  $filter: compileFilter,
  $map: compileMap,
  $reduce: compileReduce,
};

function joined(lists: Iterable<unknown>, code: number, complaint: string): unknown[] | null {
  const all: unknown[] = [];
  for (const list of lists) {
    if (list == null) return null;
    if (!Array.isArray(list)) throw new CommandError(code, `${complaint} ${typeOf(list)}`);
    all.push(...(list as unknown[]));
  }
  return all;
}

function union(lists: Iterable<unknown>): unknown[] | null {
  const all = joined(lists, 17043, 'All operands of $setUnion must be arrays. One argument is of type:');
  if (all === null) return null;
  const byKey = new Map(all.map((value) => [valueKey(value), value]));
  return [...byKey.values()].sort(compareValues);
}

function elementAt(list: unknown, index: unknown, name = '$arrayElemAt'): unknown {
  if (list == null || index == null) return null;
  if (!Array.isArray(list)) {
    const which = name === '$arrayElemAt' ? 'first argument' : 'argument';
    throw new CommandError(28689, `${name}'s ${which} must be an array, but is ${typeOf(list)}`);
  }
  if (asNumber(index) === null)
    throw new CommandError(28690, `${name}'s second argument must be a numeric value, but is ${typeOf(index)}`);
  const place = asInteger(index);
  if (place === null)
    throw new CommandError(
      28691,
      `${name}'s second argument must be representable as a 32-bit integer: ${asNumber(index) ?? ''}`,
    );
  return (list as unknown[]).at(place);
}

/** `[list, n]`: the first n, or the last where it is negative; `[list, position, n]`: n from there. */
function slice(values: readonly unknown[]): unknown {
  const [list, ...numbers] = values;
  if (values.some((value) => value == null)) return null;
  if (!Array.isArray(list))
    throw new CommandError(28724, `First argument to $slice must be an array, but is of type: ${typeOf(list)}`);
  const [first = 0, count] = numbers.map((value, at) => sliceNumber(value, at));
  if (count === undefined) return first >= 0 ? list.slice(0, first) : list.slice(first);
  if (count <= 0) throw new CommandError(28729, `Third argument to $slice must be positive: ${count}`);
  const from = first >= 0 ? first : Math.max(0, list.length + first);
  return list.slice(from, from + count);
}

function sliceNumber(value: unknown, at: number): number {
  const which = at === 0 ? 'Second' : 'Third';
  if (asNumber(value) === null) {
    throw new CommandError(
      at === 0 ? 28725 : 28727,
      `${which} argument to $slice must be a numeric value, but is of type: ${typeOf(value)}`,
    );
  }
  const number = asInteger(value);
  if (number !== null) return number;
  throw new CommandError(
    at === 0 ? 28726 : 28728,
    `${which} argument to $slice can't be represented as a 32-bit integer: ${asNumber(value) ?? ''}`,
  );
}

function compileFilter(given: unknown, compiler: Compiler): Evaluate {
  const named = asDocument(given);
  if (named === null) throw new CommandError(28646, '$filter only supports an object as its argument');
  if (!Object.hasOwn(named, 'input')) throw new CommandError(28648, "Missing 'input' parameter to $filter");
  if (!Object.hasOwn(named, 'cond')) throw new CommandError(28650, "Missing 'cond' parameter to $filter");
  const as = nameIn(fieldOf(named, 'as'));
  const input = compiler.compile(named.input);
  const condition = compiler.knowing(as).compile(named.cond);
  const limit = Object.hasOwn(named, 'limit') ? compiler.compile(named.limit) : missing;
  return (scope) => {
    const list = input(scope);
    if (list == null) return null;
    if (!Array.isArray(list)) throw new CommandError(28651, `input to $filter must be an array not ${typeOf(list)}`);
    const kept = (list as unknown[]).filter((element) => isTrue(condition(withVariable(scope, as, element))));
    return kept.slice(0, asNumber(limit(scope)) ?? Infinity);
  };
}

function compileMap(given: unknown, compiler: Compiler): Evaluate {
  const named = asDocument(given);
  if (named === null) throw new CommandError(16878, '$map only supports an object as its argument');
  if (!Object.hasOwn(named, 'input')) throw new CommandError(16880, "Missing 'input' parameter to $map");
  if (!Object.hasOwn(named, 'in')) throw new CommandError(16882, "Missing 'in' parameter to $map");
  const as = nameIn(fieldOf(named, 'as'));
  const input = compiler.compile(named.input);
  const body = compiler.knowing(as).compile(named.in);
  return (scope) => {
    const list = input(scope);
    if (list == null) return null;
    if (!Array.isArray(list)) throw new CommandError(16883, `input to $map must be an array not ${typeOf(list)}`);
    return list.map((element) => body(withVariable(scope, as, element)) ?? null);
  };
}

function compileReduce(given: unknown, compiler: Compiler): Evaluate {
  const named = asDocument(given);
  if (named === null) throw new CommandError(40075, '$reduce requires an object as an argument');
  for (const [name, code] of [
    ['input', 40077],
    ['initialValue', 40078],
    ['in', 40079],
  ] as const) {
    if (!Object.hasOwn(named, name)) throw new CommandError(code, `$reduce requires '${name}' to be specified`);
  }
  const input = compiler.compile(named.input);
  const initial = compiler.compile(named.initialValue);
  const body = compiler.knowing('this', 'value').compile(named.in);
  return (scope) => {
    const list = input(scope);
    if (list == null) return null;
    if (!Array.isArray(list))
      throw new CommandError(40080, `$reduce requires that 'input' be an array, found: ${typeOf(list)}`);
    return (list as unknown[]).reduce(
      (value: unknown, element) => body(withVariable(withVariable(scope, 'this', element), 'value', value)),
      initial(scope),
    );
  };
}

function nameIn(given: unknown): string {
  return typeof given === 'string' ? given : 'this';
}
