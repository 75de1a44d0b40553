import { headersJson } from './headers-json';

const parsed = (headers: Record<string, unknown>): unknown => JSON.parse(headersJson(headers));

it.each([
  ['nothing', {}, {}],
  ['text, numbers, booleans, null', { a: 'x', b: 1.5, c: true, d: null }, { a: 'x', b: 1.5, c: true, d: null }],
  ['names no document may have', { 'a.b': 1, $set: 2, '': 3, 'n\0l': 4 }, { 'a.b': 1, $set: 2, '': 3, 'n\0l': 4 }],
  ['nested values', { a: [{ b: { c: ['d'] } }] }, { a: [{ b: { c: ['d'] } }] }],
  ['a date', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
  ['bytes that are text', { a: Buffer.from('é') }, { a: 'é' }],
  ['bytes that are none', { a: [Buffer.from([0xff])] }, { a: [{ base64: '/w==' }] }],
  ['integers beyond 2^53', { a: 2n ** 60n }, { a: '1152921504606846976' }],
  ['what JSON has no word for', { a: undefined, b: () => 1, c: 1 }, { c: 1 }],
])('keeps %s', (_caption, headers, expected) => {
  expect(parsed(headers)).toEqual(expected);
});

it('keeps a header named __proto__', () => {
  const headers = JSON.parse('{"__proto__": {"a": 1}}') as Record<string, unknown>;
  expect(headersJson(headers)).toBe('{"__proto__":{"a":1}}');
});

it('says what is wrong with a value that refers to itself', () => {
  const loop: unknown[] = [];
  loop.push(loop);
  expect(parsed({ loop, b: 1 })).toEqual({ loop: { unreadable: expect.stringContaining('circular') }, b: 1 });
});

it('leaves out what is too much, and counts it', () => {
  const big = 'x'.repeat(40_000);
  expect(parsed({ a: big, b: big, c: 'small', d: big })).toEqual({ a: big, c: 'small', '(left out)': 2 });
});
