import type { LogRecord } from './log-record';
import { foldText, wordsOf, wordsOfFolded } from './words';

/** One term of a query: words that must stand next to each other in one value. */
export interface Term {
  readonly words: readonly string[];
  /** Whether records with the term are left out instead of kept. */
  readonly isExcluded: boolean;
}

export type TextQuery = readonly Term[];

/** A query that cannot be read; the message says what is wrong and what to write. */
export class TextQueryError extends Error {}

/** Apart by white space; what stands in quotes may hold white space, and is part of the word that it touches. */
const TOKEN = /(-?)((?:"[^"]*"|[^\s"])+)/g;

/**
 * Reads a query: words, `"a phrase"`, `-word`, `-"a phrase"`, apart by white space. A word that the tokeniser splits
 * (`10.0.0.1`, `a:b`, `a:"b c"`) is a phrase. Throws {@link TextQueryError} on an unclosed quote or a query without a word.
 */
export function parseTextQuery(text: string): TextQuery {
  if (text.split('"').length % 2 === 0) throw new TextQueryError('a quote is not closed; end the phrase with "');
  const terms = new Map<string, Term>(); // the same term twice says no more than once
  for (const [, minus = '', token = ''] of text.matchAll(TOKEN)) {
    const words = wordsOf(token.replaceAll('"', ' '));
    if (words.length > 0) terms.set(`${minus}${words.join(' ')}`, { words, isExcluded: minus === '-' });
  }
  if (terms.size === 0) throw new TextQueryError('there is no word in it; give letters or digits to look for');
  return [...terms.values()];
}

/**
 * Whether the record's body or attribute values hold every term, and none of the excluded ones. The attributes are
 * looked at only where the body did not decide, so a getter may be given for them.
 */
export function matchesText(query: TextQuery, record: Pick<LogRecord, 'body' | 'attributes'>): boolean {
  const body = foldText(record.body);
  let attributeValues: string[] | null = null;
  return query.every((term) => {
    if (holdsTerm(body, term)) return !term.isExcluded;
    attributeValues ??= Object.values(record.attributes).map((value) => foldText(String(value)));
    return attributeValues.some((value) => holdsTerm(value, term)) !== term.isExcluded;
  });
}

function holdsTerm(folded: string, { words }: Term): boolean {
  if (!words.every((word) => folded.includes(word))) return false; // cheap, and decides nearly always
  const [only] = words;
  const isPlain = words.length === 1 && only !== undefined ? holdsWord(folded, only) : null;
  return isPlain ?? holdsInOrder(wordsOfFolded(folded), words);
}

/** Whether one of the places where the word is found is a word of its own; null where only the tokeniser can tell. */
function holdsWord(folded: string, word: string): boolean | null {
  if (word.charCodeAt(0) > ASCII_END) return null; // it may be of a script whose every character is a word
  for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, asciiRunEnd(folded, at))) {
    const before = folded.charCodeAt(at - 1); // NaN beyond the ends
    const after = folded.charCodeAt(at + word.length);
    if (before > ASCII_END || after > ASCII_END) return null;
    if (!isAsciiWordUnit(before) && !isAsciiWordUnit(after)) return true;
  }
  return false;
}

const ASCII_END = 0x7f;

/**
 * Where the letters, digits and `_` that go on at `at` end. Before there no further word begins: looking at each place
 * of a long run (a line of one letter, base64) would take the square of its length.
 */
function asciiRunEnd(folded: string, at: number): number {
  let end = at + 1;
  while (isAsciiWordUnit(folded.charCodeAt(end))) end++;
  return end;
}

/** Of folded text: there are no capitals. */
function isAsciiWordUnit(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39) || unit === 0x5f;
}

function holdsInOrder(found: readonly string[], words: readonly string[]): boolean {
  const last = found.length - words.length;
  for (let start = 0; start <= last; start++) {
    if (words.every((word, i) => found[start + i] === word)) return true;
  }
  return false;
}
