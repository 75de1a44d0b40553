/** Scripts written without spaces: each of their characters is a word; so is the mark of a long vowel, which Kana share. */
const CHARACTER_IS_WORD = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map((s) => `\\p{Script=${s}}`)
  .concat('\u30fc\uff70')
  .join('');
const WORD = new RegExp(`[${CHARACTER_IS_WORD}]|(?:(?![${CHARACTER_IS_WORD}])[\\p{L}\\p{M}\\p{N}_])+`, 'gu');
const ASCII_WORD = /[a-z0-9_]+/g;
// eslint-disable-next-line no-control-regex -- the escape character is what begins an ANSI sequence
const ANSI = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/g;
// eslint-disable-next-line no-control-regex -- the range is ASCII's
const ASCII_ONLY = /^[\u0000-\u007f]*$/;

/** Text as a terminal would show it, without colours. */
export function withoutAnsi(text: string): string {
  return text.includes('\u001b') ? text.replace(ANSI, '') : text;
}

/** Text as words are looked for in it: without ANSI sequences, in Unicode form C, lower case, with one form of sigma. */
export function foldText(text: string): string {
  const plain = withoutAnsi(text);
  if (ASCII_ONLY.test(plain)) return plain.toLowerCase();
  return plain.normalize('NFC').toLowerCase().replaceAll('ς', 'σ');
}

/** The words of folded text, in order: runs of letters, marks, digits and `_`. The one tokeniser of queries and records. */
export function wordsOfFolded(folded: string): string[] {
  return folded.match(ASCII_ONLY.test(folded) ? ASCII_WORD : WORD) ?? [];
}

/** The words of any text. */
export function wordsOf(text: string): string[] {
  return wordsOfFolded(foldText(text));
}
