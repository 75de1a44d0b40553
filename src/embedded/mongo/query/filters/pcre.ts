import { notImplemented } from '../../command-error';

/*
 * The regular expressions of a filter are those of PCRE, and JavaScript reads some of them otherwise: `$` does not match
 * before a newline at the end, `.` stops at three characters more, `\A` is an A. So each is written anew for
 * JavaScript's flag `u`; what has no counterpart is refused by its name, and never matched as something else.
 */
const START = '(?<![^])';
const END = '(?![^])';
const SPACES = '\\t-\\r ';
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ A: START, z: END, Z: `(?=\\n?${END})`, s: `[${SPACES}]`, S: `[^${SPACES}]`, a: '\\x07', e: '\\x1b' },
  ...{ d: '\\d', D: '\\D', w: '\\w', W: '\\W', b: '\\b', B: '\\B', t: '\\t', n: '\\n', r: '\\r', f: '\\f' },
};
const ESCAPES_IN_CLASS: Readonly<Record<string, string>> = {
  ...{ '-': '\\-', s: SPACES, S: '\\0-\\x08\\x0e-\\x1f!-\\u{10ffff}', a: '\\x07', e: '\\x1b', b: '\\b' },
  ...{ d: '\\d', D: '\\D', w: '\\w', W: '\\W', t: '\\t', n: '\\n', r: '\\r', f: '\\f' },
};
const SYNTAX = /[\^$\\.*+?()[\]{}|/]/;
const GROUP = /\((?:\?(?::|=|!|<=|<!|<[A-Za-z_]\w*>)|(?![?*]))/y;
const QUANTIFIER = /(?:[*+?]|\{\d+(?:,\d*)?\})(\??)(\+?)/y;
const CODE_POINT = /\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/y;

/** The source, for the flag `u`, of what PCRE means by a pattern under its options `m` and `s`. Throws NotImplemented. */
export function fromPcre(pattern: string, options: string): string {
  const isMultiline = options.includes('m');
  const ANCHORS: Readonly<Record<string, string>> = {
    '^': isMultiline ? `(?:${START}|(?<=\\n)(?=[^]))` : START,
    $: isMultiline ? `(?=\\n|${END})` : `(?=\\n?${END})`,
    '.': options.includes('s') ? '[^]' : '[^\\n]',
    ...{ '|': '|', ')': ')' },
  };
  let made = '';
  for (let at = 0; at < pattern.length;) {
    const letter = pattern.charAt(at);
    const [piece, length] =
      letter === '\\'
        ? escape(pattern, at, ESCAPES)
        : letter === '['
          ? characterClass(pattern, at)
          : letter === '('
            ? group(pattern, at)
            : (quantifier(pattern, at) ?? [ANCHORS[letter] ?? literal(letter), 1]);
    made += piece;
    at += length;
  }
  return made;
}

/** What stands in place of a piece of the pattern, and the length of that piece. */
type Piece = readonly [made: string, length: number];

function matchAt(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}

function literal(letter: string): string {
  return SYNTAX.test(letter) ? `\\${letter}` : letter;
}

function escape(pattern: string, at: number, known: Readonly<Record<string, string>>): Piece {
  const letter = pattern.charAt(at + 1);
  if (letter === '') return ['\\', 1]; // which nobody can read
  if (Object.hasOwn(known, letter)) return [known[letter] ?? '', 2];
  const code = matchAt(CODE_POINT, pattern, at);
  if (code !== null) return [`\\u{${code[1] ?? code[2] ?? ''}}`, code[0].length];
  if (/[0-9A-Za-z]/.test(letter)) throw notImplemented(`\\${letter} in a regular expression`);
  return [literal(letter), 2];
}

function group(pattern: string, at: number): Piece {
  const found = matchAt(GROUP, pattern, at);
  if (found !== null) return [found[0], found[0].length];
  throw notImplemented(`${pattern.slice(at, at + 3)} in a regular expression`);
}

/** Null for a brace that stands for itself, and for any other letter. */
function quantifier(pattern: string, at: number): Piece | null {
  const found = matchAt(QUANTIFIER, pattern, at);
  if (found === null) return null;
  if (found[2] !== '') throw notImplemented(`the possessive ${found[0]} in a regular expression`);
  return [found[0], found[0].length];
}

/**
 * `[...]`, where a `]` at the beginning stands for itself, and so does a dash at the ends or beside a class such as `\d`.
 * One that does not end is left to be refused.
 */
function characterClass(pattern: string, start: number): Piece {
  const first = start + (pattern.charAt(start + 1) === '^' ? 2 : 1);
  let made = pattern.slice(start, first);
  let mayBeRange = false;
  for (let at = first; at < pattern.length;) {
    const letter = pattern.charAt(at);
    if (letter === ']' && at > first) return [`${made}]`, at + 1 - start];
    if (letter === '[' && /[:.=]/.test(pattern.charAt(at + 1)))
      throw notImplemented(`${pattern.slice(at, at + 2)} in a regular expression`);
    const isRange: boolean = letter === '-' && mayBeRange && pattern.charAt(at + 1) !== ']';
    const [piece, length] =
      letter === '\\' ? escape(pattern, at, ESCAPES_IN_CLASS) : [letter === '-' ? '\\-' : literal(letter), 1];
    made += isRange ? '-' : piece;
    mayBeRange = !isRange && !/^\\[dDwWsS]/.test(pattern.slice(at, at + 2));
    at += length;
  }
  return ['[', pattern.length - start];
}
