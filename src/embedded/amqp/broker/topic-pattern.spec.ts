import fc from 'fast-check';
import { topicMatches } from './topic-pattern';

/** The definition, word by word; slow for several `#`. */
function matches([part, ...parts]: string[], [word, ...words]: string[]): boolean {
  if (part === undefined) return word === undefined;
  if (part === '#')
    return (
      matches(parts, word === undefined ? [] : [word, ...words]) ||
      (word !== undefined && matches(['#', ...parts], words))
    );
  return word !== undefined && (part === '*' || part === word) && matches(parts, words);
}
const words = (text: string): string[] => (text === '' ? [] : text.split('.'));

describe('topicMatches', () => {
  // Each line was seen on RabbitMQ 3.10.
  it.each([
    ['#', '', true],
    ['#', 'a.b', true],
    ['*', '', false],
    ['', '', true],
    ['', 'a', false],
    ['a.#', 'a', true],
    ['#.a', 'a', true],
    ['#.error', 'my.service.error', true],
    ['*.error', 'my.service.error', false],
    ['a.*', 'a', false],
    ['a.*', 'a.', true],
    ['a.#.b', 'a.b', true],
    ['a..b', 'a..b', true],
    ['*.*', '.', true],
    ['#.#', '', true],
    ['#.*', '', false],
    ['error', 'Error', false],
  ])('%j and %j: %s', (pattern, key, expected) => {
    expect(topicMatches(pattern, key)).toBe(expected);
  });

  it('does what the definition says', () => {
    const text = (letters: string[]) =>
      fc.array(fc.constantFrom(...letters), { maxLength: 6 }).map((list) => list.join('.'));
    const property = fc.property(text(['a', 'b', '*', '#', '']), text(['a', 'b', '']), (pattern, key) => {
      expect(topicMatches(pattern, key)).toBe(matches(words(pattern), words(key)));
    });
    fc.assert(property, { numRuns: 3_000 });
  });

  it('is quick for patterns that are made to be slow', () => {
    const pattern = Array.from({ length: 60 }, () => '#.a').join('.');
    expect(topicMatches(pattern, Array.from({ length: 120 }, () => 'a').join('.') + '.b')).toBe(false);
  });
});
