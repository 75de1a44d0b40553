import { notImplemented, QueryError } from '../query-error';
import type { Pattern } from '../compare';

/**
 * A regular expression of a filter as JavaScript's own. The two languages (PCRE there) agree in all that is common; what
 * JavaScript cannot read is refused.
 */
export function compileRegExp({ pattern, options }: Pattern): RegExp {
  for (const letter of options) {
    if (letter === 'x') throw notImplemented('$options: x');
    if (!'imsu'.includes(letter)) throw new QueryError(51108, `invalid flag in regex options: ${letter}`);
  }
  const flags = [...new Set(options)].filter((letter) => letter !== 'u').join('');
  return tryCompile(pattern, `${flags}u`) ?? tryCompile(pattern, flags) ?? refuse(pattern);
}

/** Null for what does not compile: with `u` JavaScript is stricter about escapes than PCRE. */
function tryCompile(pattern: string, flags: string): RegExp | null {
  try {
    return new RegExp(pattern, flags);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function refuse(pattern: string): never {
  throw new QueryError(51091, `Regular expression is invalid: ${pattern}`);
}
