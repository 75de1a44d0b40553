import fc from 'fast-check';
import { anyText } from '../../test/support/arbitrary-logs';
import { isJsonObject, parseJson } from './json';

describe('parseJson', () => {
  it.each([
    ['{"n":9007199254740991}', { n: 9007199254740991 }],
    ['{"n":9007199254740993}', { n: '9007199254740993' }],
    ['{"n":-12345678901234567890}', { n: '-12345678901234567890' }],
    ['[12345678901234567890, 1]', ['12345678901234567890', 1]],
    ['12345678901234567890', '12345678901234567890'],
    ['{"n":0.30000000000000004}', { n: 0.30000000000000004 }],
    ['{"n":1234567890123456768.5}', { n: 1234567890123456768 }],
    ['{"n":1e400,"m":-1.5E+999}', { n: '1e400', m: '-1.5E+999' }],
    ['{"n":1e300,"m":1e-400}', { n: 1e300, m: 0 }],
    ['{"s":"12345678901234567890 1e400 \\"","n":1}', { s: '12345678901234567890 1e400 "', n: 1 }],
    ['{"12345678901234567890":12345678901234567890}', { '12345678901234567890': '12345678901234567890' }],
    ['{"s":"\\\\","n":12345678901234567890}', { s: '\\', n: '12345678901234567890' }],
  ])('reads %s without spoiling a number', (text, value) => expect(parseJson(text)).toEqual(value));

  it('keeps an attribute named __proto__ as a field of its own', () => {
    const value = parseJson('{"__proto__":12345678901234567890}');
    expect(Object.entries(value as object)).toEqual([['__proto__', '12345678901234567890']]);
  });

  it.each(['', '{', '{"a":12345678901234567890', '[1,]', '{"a":1}x', '"\n"', '012345678901234567890', 'NaN'])(
    'refuses %j',
    (text) => expect(() => parseJson(text)).toThrow(SyntaxError),
  );

  it('reads a text of many megabytes that holds a large integer', () => {
    const value = parseJson(`{"a":"${'\\n'.repeat(3e6)}","n":12345678901234567890}`);
    expect(isJsonObject(value) ? [String(value['a']).length, value['n']] : value).toEqual([
      3e6,
      '12345678901234567890',
    ]);
  });

  it('agrees with JSON.parse wherever all numbers are doubles', () => {
    const leaf = fc.oneof(
      anyText,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.maxSafeInteger(),
      fc.boolean(),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 3 }, leaf, fc.array(tie('tree')), fc.dictionary(anyText, tie('tree'))),
    }));
    fc.assert(
      fc.property(tree, fc.nat(2), (value, indent) => {
        const text = JSON.stringify(value, (_, v: unknown) => (isUnsafe(v) ? 0 : v), indent);
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('keeps every digit of every integer', () => {
    fc.assert(
      fc.property(fc.bigInt(), (n) => {
        expect(digitsOf(parseJson(`{"n":${n}}`))).toBe(String(n));
      }),
    );
  });
});

function isUnsafe(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
}

function digitsOf(value: unknown): string {
  return isJsonObject(value) ? String(value['n']) : '';
}

describe('isJsonObject', () => {
  it.each([{}, { a: 1 }])('%j is one', (value) => expect(isJsonObject(value)).toBe(true));
  it.each([null, [], 'text', 1, true, undefined])('%j is none', (value) => expect(isJsonObject(value)).toBe(false));
});
