import { emptyAttributes } from './log-record';
import { EVERYTHING, looksInside, matchesAttributes } from './log-query';
import { parseTextQuery } from './text-query';

describe('matchesAttributes', () => {
  const attributes = Object.assign(emptyAttributes(), {
    host: 'web-1',
    status: 503,
    ok: false,
    big: '9007199254740993',
  });

  it.each([
    ['nothing asked for', []],
    ['text', [{ name: 'host', values: ['web-1'] }]],
    ['a number by its text', [{ name: 'status', values: ['503'] }]],
    ['a boolean by its text', [{ name: 'ok', values: ['false'] }]],
    ['an integer beyond 2^53', [{ name: 'big', values: ['9007199254740993'] }]],
    ['one of several values', [{ name: 'host', values: ['web-2', 'web-1'] }]],
    [
      'several names',
      [
        { name: 'host', values: ['web-1'] },
        { name: 'status', values: ['503'] },
      ],
    ],
  ])('matches %s', (_caption, filters) => expect(matchesAttributes(filters, attributes)).toBe(true));

  it.each([
    ['another value', [{ name: 'host', values: ['web-2'] }]],
    ['part of a value', [{ name: 'host', values: ['web'] }]],
    ['another case', [{ name: 'host', values: ['WEB-1'] }]],
    ['a number written otherwise', [{ name: 'status', values: ['503.0'] }]],
    ['a name that is not there', [{ name: 'region', values: ['undefined'] }]],
    ['a name of Object.prototype', [{ name: 'toString', values: ['function toString() { [native code] }'] }]],
    [
      'one of two names only',
      [
        { name: 'host', values: ['web-1'] },
        { name: 'status', values: ['200'] },
      ],
    ],
  ])('does not match %s', (_caption, filters) => expect(matchesAttributes(filters, attributes)).toBe(false));
});

describe('looksInside', () => {
  it.each([
    [EVERYTHING, false],
    [{ ...EVERYTHING, services: ['a'], severities: ['error' as const] }, false],
    [{ ...EVERYTHING, text: parseTextQuery('x') }, true],
    [{ ...EVERYTHING, attributes: [{ name: 'a', values: ['b'] }] }, true],
  ])('of %j is %p', (filter, expected) => expect(looksInside(filter)).toBe(expected));
});
