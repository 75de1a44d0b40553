import { compareRegExps, type Pattern, regExpOf, textOf } from '../compare';
import { typeOf } from '../values/bson-type';
import { notImplemented, CommandError } from '../../command-error';
import type { Condition, ValueTest } from './condition';
import { fromPcre } from './pcre';

/** `$regex`, with the `$options` beside it. */
export function regexWith(given: unknown, options: unknown): Condition {
  if (options !== undefined && typeof options !== 'string')
    throw new CommandError('BadValue', '$options has to be a string');
  if (typeof given === 'string') return matching({ pattern: given, options: options ?? '' });
  if (typeOf(given) !== 'regex') throw new CommandError('BadValue', '$regex has to be a string');
  const { pattern, options: own } = regExpOf(given);
  if (own !== '' && options !== undefined) throw new CommandError(51075, 'options set in both $regex and $options');
  return matching({ pattern, options: options ?? own });
}

/** A regular expression in the place of a value. */
export function regex(given: unknown): Condition {
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

/** A regular expression of a filter as JavaScript's own. */
function compileRegExp({ pattern, options }: Pattern): RegExp {
  for (const letter of options) {
    if (letter === 'x') throw notImplemented('$options: x');
    if (!'imsu'.includes(letter)) throw new CommandError(51108, `invalid flag in regex options: ${letter}`);
  }
  const source = fromPcre(pattern, options);
  try {
    return new RegExp(source, options.includes('i') ? 'iu' : 'u');
  } catch (error) {
    if (error instanceof SyntaxError) throw new CommandError(51091, `Regular expression is invalid: ${pattern}`);
    throw error;
  }
}
