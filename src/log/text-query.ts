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

/**
 * Reads a query: words, `"a phrase"`, `-word`, `-"a phrase"`, apart by white space. A word that the tokeniser splits
 * (`10.0.0.1`, `a:b`) is a phrase. Throws {@link TextQueryError} on an unclosed quote or a query without a word.
 */
export function parseTextQuery(text: string): TextQuery {
  const terms: Term[] = [];
  const token = /(-?)"([^"]*)("?)|(-?)(\S+)/g;
  for (const [, quotedMinus, quoted, closing, minus, bare] of text.matchAll(token)) {
    if (quoted !== undefined && closing !== '"') {
      throw new TextQueryError(`a quote is not closed: ${JSON.stringify(text)}; end the phrase with "`);
    }
    const words = wordsOf(quoted ?? bare ?? '');
    if (words.length > 0) terms.push({ words, isExcluded: (quotedMinus || minus) === '-' });
  }
  if (terms.length === 0)
    throw new TextQueryError(`no word in ${JSON.stringify(text)}; give letters or digits to look for`);
  return terms;
}

/** Whether the record's body or attribute values hold every term, and none of the excluded ones. */
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
  const found = wordsOfFolded(folded);
  const last = found.length - words.length;
  for (let start = 0; start <= last; start++) {
    if (words.every((word, i) => found[start + i] === word)) return true;
  }
  return false;
}
