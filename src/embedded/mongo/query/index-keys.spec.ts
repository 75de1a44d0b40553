import { Binary } from 'bson';
import type { Document } from './document';
import { indexKeys, indexKeyValue } from './index-keys';
import { valueKey } from './value-key';

const parts = [new Binary(Buffer.from('one')), new Binary(Buffer.from('two'))];

const CASES: readonly (readonly [caption: string, document: Document, pattern: Document, keys: unknown[][]])[] = [
  ['a field', { a: 1 }, { a: 1 }, [[1]]],
  ['a field that is missing', { b: 1 }, { a: 1 }, [[null]]],
  ['two fields', { a: 1, b: 'x' }, { b: -1, a: 1 }, [['x', 1]]],
  ['each element of an array', { parts }, { parts: 1 }, [[parts[0]], [parts[1]]]],
  ['equal elements once', { a: [1, 1, 2] }, { a: 1 }, [[1], [2]]],
  ['an empty array', { a: [] }, { a: 1 }, [[undefined]]],
  ['an array in an array', { a: [[1, 2]] }, { a: 1 }, [[[1, 2]]]],
  [
    'fields of elements',
    { a: [{ b: 1, c: 2 }, { b: 3 }] },
    { 'a.b': 1, 'a.c': 1 },
    [
      [1, 2],
      [3, null],
    ],
  ],
  ['elements without fields', { a: [5] }, { 'a.b': 1 }, [[null]]],
  [
    'an array and a field',
    { a: [1, 2], b: 3 },
    { a: 1, b: 1 },
    [
      [1, 3],
      [2, 3],
    ],
  ],
];

it.each(CASES)('holds %s', (_caption, document, pattern, keys) => {
  const expected = keys.map((values) => values.map(valueKey).join(''));
  expect(indexKeys(document, pattern, false)).toEqual(expected);
});

it.each<readonly [document: Document, pattern: Document, count: number]>([
  [{ b: 1 }, { a: 1 }, 0],
  [{ a: null }, { a: 1 }, 1],
  [{ a: [] }, { a: 1 }, 1],
  [{ b: 1 }, { a: 1, b: 1 }, 1],
  [{ a: [{ c: 1 }] }, { 'a.b': 1 }, 0],
])('where it is sparse, holds of %j by %j keys: %d', (document, pattern, count) => {
  expect(indexKeys(document, pattern, true)).toHaveLength(count);
});

it('shows the values of a key', () => {
  const document = { parts };
  const [, second = ''] = indexKeys(document, { parts: 1 }, true);
  expect(indexKeyValue(document, { parts: 1 }, second)).toEqual({ parts: parts[1] });
  expect(indexKeyValue({}, { a: 1 }, valueKey(null))).toEqual({ a: null });
});

it('refuses an element by its index, rather than sorting it wrongly', () => {
  expect(() => indexKeys({ a: [1, 2] }, { 'a.1': 1 }, false)).toThrow(/not implemented/);
});

it('refuses two arrays', () => {
  expect(() => indexKeys({ a: [1], b: [2] }, { a: 1, b: 1 }, false)).toThrow(expect.objectContaining({ code: 171 }));
});
