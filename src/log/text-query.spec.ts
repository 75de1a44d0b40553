import fc from 'fast-check';
import { type Attributes, emptyAttributes, NO_ATTRIBUTES } from './log-record';
import { matchesText, parseTextQuery, TextQueryError } from './text-query';
import { wordsOf } from './words';

const terms = (text: string): string[] =>
  parseTextQuery(text).map(({ words, isExcluded }) => `${isExcluded ? '-' : '+'}${words.join(' ')}`);
const attributesOf = (entries: Record<string, string | number | boolean>): Attributes =>
  Object.assign(emptyAttributes(), entries);

describe('parseTextQuery', () => {
  it.each([
    ['timeout', ['+timeout']],
    ['Disk FULL', ['+disk', '+full']],
    ['"disk full"', ['+disk full']],
    ['disk "is full" now', ['+disk', '+is full', '+now']],
    ['-debug', ['-debug']],
    ['-"health check" get', ['-health check', '+get']],
    ['a:b', ['+a b']],
    ['10.0.0.1', ['+10 0 0 1']],
    ['-10.0.0.1', ['-10 0 0 1']],
    ['e-mail', ['+e mail']],
    ['日本', ['+日 本']],
    ['ΣΑΣ', ['+σασ']],
    ['\u001b[31mred\u001b[0m', ['+red']],
    ['disk ... - "" full', ['+disk', '+full']],
    ['  \t\ndisk\u3000full ', ['+disk', '+full']],
    ['a:"b c"', ['+a b c']],
    ['disk DISK -disk disk -disk "disk full" disk:full', ['+disk', '-disk', '+disk full']],
  ])('reads %j', (text, expected) => expect(terms(text)).toEqual(expected));

  it.each(['"', '"disk full', 'disk "full', 'disk full"', 'di"sk', '-"x', '"a" "b', '"a" b"'])(
    'refuses the unclosed quote of %j',
    (text) =>
      expect(() => parseTextQuery(text)).toThrow(new TextQueryError('a quote is not closed; end the phrase with "')),
  );

  it.each(['', ' ', '-', '""', '-""', '...', '😀', '- -'])('refuses %j, which has no word', (text) =>
    expect(() => parseTextQuery(text)).toThrow(/no word/),
  );
});

describe('matchesText', () => {
  const record = {
    body: 'GET /api/items/42 from 10.0.0.1: \u001b[31mTime\u001b[1mout\u001b[0m in サーバー, foobar e\u0301te\u0301',
    attributes: attributesOf({ 'host.name': 'web-01', status: 503, ok: false, note: 'disk is full' }),
  };

  it.each([
    'get',
    'timeout',
    'TIMEOUT items',
    '"from 10.0.0.1"',
    '10.0.0.1',
    'サーバー',
    'バ',
    'été',
    'E\u0301TE\u0301',
    '503',
    'false',
    '"disk is full"',
    'web-01',
    'get 503 full',
    '-post',
    'get -post -"full disk"',
    'items:42',
  ])('finds %j', (query) => expect(matchesText(parseTextQuery(query), record)).toBe(true));

  it.each([
    ['part of a word', 'foo'],
    ['the end of a word', 'bar'],
    ['a word that only two words together spell', 'apiitems'],
    ['words in another order', '"10.0.1.0"'],
    ['words that are not adjacent', '"get items"'],
    ['a phrase across two values', '"été web"'],
    ['a phrase across two attributes', '"503 false"'],
    ['the name of an attribute', 'host'],
    ['an excluded word of the body', '-get'],
    ['an excluded word of an attribute', 'get -full'],
    ['one of two words', 'get post'],
    ['characters in another order', 'バサ'],
    ['a letter without its accent', 'ete'],
    ['what ANSI colours are made of', '31mtime'],
  ])('does not find %s: %j', (_what, query) => expect(matchesText(parseTextQuery(query), record)).toBe(false));

  it('does not look at attributes where the body decides', () => {
    const attributes = (): Attributes => {
      throw new Error('looked at');
    };
    const lazy = {
      body: 'disk full',
      get attributes() {
        return attributes();
      },
    };
    expect(matchesText(parseTextQuery('disk'), lazy)).toBe(true);
    expect(matchesText(parseTextQuery('-disk'), lazy)).toBe(false);
    expect(() => matchesText(parseTextQuery('tape'), lazy)).toThrow('looked at');
  });

  it('takes the time of one look for a long run of what is looked for, not one for each of its characters', () => {
    const query = parseTextQuery('x'.repeat(10_000));
    const since = performance.now();
    expect(matchesText(query, { body: 'x'.repeat(2_000_000), attributes: NO_ATTRIBUTES })).toBe(false);
    expect(performance.now() - since).toBeLessThan(1_000); // a look at each takes some ten times as long
  });

  const piece = fc.constantFrom(
    'a',
    'b',
    'ab',
    'ba',
    '_',
    ' ',
    '.',
    '-',
    'é',
    'e\u0301',
    'Σ',
    'ς',
    '日',
    'バー',
    '\u001b[1m',
    '\u0301',
    '1',
    '😀',
  );
  const text = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(''));

  /** The definition, without a shortcut: the words of a term, in a row, within the words of one value. */
  function holds(value: string, words: readonly string[]): boolean {
    const found = wordsOf(value);
    return found.some((_, start) => words.every((word, i) => found[start + i] === word));
  }

  it('agrees with its definition on any text', () => {
    fc.assert(
      fc.property(text, text, fc.array(text, { minLength: 1, maxLength: 3 }), (body, value, parts) => {
        const query = parseTextQuery(`x${parts.join(' ')}`)
          .slice(1)
          .concat(parseTextQuery(`"${parts.join(' ')}a"`));
        const attributes = value === '' ? NO_ATTRIBUTES : attributesOf({ value });
        const expected = query.every(
          (term) =>
            [body, ...Object.values(attributes).map(String)].some((t) => holds(t, term.words)) !== term.isExcluded,
        );
        expect(matchesText(query, { body, attributes })).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds every word and every pair of neighbours of what it looks at', () => {
    fc.assert(
      fc.property(text, (body) => {
        const words = wordsOf(body);
        words.forEach((word, i) => {
          expect(matchesText([{ words: [word], isExcluded: false }], { body, attributes: NO_ATTRIBUTES })).toBe(true);
          const pair = words.slice(i, i + 2);
          expect(matchesText([{ words: pair, isExcluded: true }], { body, attributes: NO_ATTRIBUTES })).toBe(false);
        });
      }),
      { numRuns: 500 },
    );
  });
});
