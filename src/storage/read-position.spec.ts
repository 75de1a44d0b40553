import { keyOf } from '../log/record-order';
import { aRecord } from '../../test/support/storage';
import { type LastReturned, type Position, positionAfter, positionAt, Returned, windowOf } from './read-position';

const last = (given: Partial<LastReturned> = {}): LastReturned => ({
  service: 'm',
  severity: 'info',
  contentHash: '8',
  equal: 1,
  ...given,
});
const range = { from: 100, to: 200 };

describe('windowOf', () => {
  const owner = { service: 'm', severity: 'info' as const };
  it.each([
    ['the first page: the range', null, 'desc' as const, 0, { from: 100, to: 200 }],
    ['an end that is open', null, 'asc' as const, 0, { from: 100, to: Infinity }],
    ['what has expired', null, 'asc' as const, 150, { from: 150, to: 200 }],
    ['newest first, from a time on', { timestamp: 160, last: null }, 'desc' as const, 0, { from: 100, to: 161 }],
    ['oldest first, from a time on', { timestamp: 160, last: null }, 'asc' as const, 0, { from: 160, to: 200 }],
    ['newest first, the same key', { timestamp: 160, last: last() }, 'desc' as const, 0, { from: 100, to: 161 }],
    [
      'newest first, a key still to come',
      { timestamp: 160, last: last({ service: 'z' }) },
      'desc' as const,
      0,
      { from: 100, to: 161 },
    ],
    [
      'newest first, a key done with',
      { timestamp: 160, last: last({ service: 'a' }) },
      'desc' as const,
      0,
      { from: 100, to: 160 },
    ],
    [
      'newest first, a severity done with',
      { timestamp: 160, last: last({ severity: 'debug' }) },
      'desc' as const,
      0,
      { from: 100, to: 160 },
    ],
    [
      'oldest first, a key done with',
      { timestamp: 160, last: last({ service: 'z' }) },
      'asc' as const,
      0,
      { from: 161, to: 200 },
    ],
    [
      'oldest first, a key still to come',
      { timestamp: 160, last: last({ service: 'a' }) },
      'asc' as const,
      0,
      { from: 160, to: 200 },
    ],
    ['a position that has expired', { timestamp: 120, last: null }, 'asc' as const, 150, { from: 150, to: 200 }],
  ])('%s', (caption, position, order, cutoff, expected) => {
    const open = caption === 'an end that is open' ? { from: 100, to: null } : range;
    expect(windowOf(owner, open, cutoff, order, position)).toEqual(expected);
  });
});

describe('Returned', () => {
  const at = (timestamp: number) => ({ timestamp, service: 'm', severity: 'info' as const });
  const hash = (text: string) => () => text;

  it('nothing was returned before the first page', () => {
    expect(new Returned(null, 'desc').includes(at(160), hash('8'))).toBe(false);
  });

  it.each([
    ['desc' as const, '9', true],
    ['desc' as const, '7', false],
    ['asc' as const, '9', false],
    ['asc' as const, '7', true],
  ])('%s: a record of the same key with hash %s was returned: %p', (order, content, expected) => {
    const returned = new Returned({ timestamp: 160, last: last() }, order);
    expect(returned.includes(at(160), hash(content))).toBe(expected);
  });

  it('of equal records so many were returned as the position counts', () => {
    const returned = new Returned({ timestamp: 160, last: last({ equal: 2 }) }, 'desc');
    expect([1, 2, 3, 4].map(() => returned.includes(at(160), hash('8')))).toEqual([true, true, false, false]);
  });

  it('does not hash a record of another time, service or severity', () => {
    const never = () => {
      throw new Error('hashed');
    };
    const returned = new Returned({ timestamp: 160, last: last() }, 'desc');
    expect(returned.includes(at(159), never)).toBe(false);
    expect(returned.includes({ ...at(160), service: 'n' }, never)).toBe(false);
    expect(returned.includes({ ...at(160), severity: 'warn' }, never)).toBe(false);
  });
});

describe('positionAfter', () => {
  const [a, b] = [aRecord({ body: 'a' }), aRecord({ body: 'b' })];
  const { timestamp, ...key } = keyOf(b);
  const after = (equal: number): Position => ({ timestamp, last: { ...key, equal } });

  it.each([
    ['no record: where the page began', [], after(3), after(3)],
    ['one record', [a, b], null, after(1)],
    ['equal records', [a, b, { ...b }], null, after(2)],
    ['equal records on the page before, too', [b, b], after(3), after(5)],
    ['equal records, but others before them on this page', [a, b, b], after(3), after(2)],
    ['other records on the page before', [b, b], positionAt(timestamp), after(2)],
  ])('%s', (_caption, records, before, expected) => expect(positionAfter(records, before)).toEqual(expected));
});

it.each([
  [Infinity, Number.MAX_SAFE_INTEGER - 1],
  [-Infinity, 1 - Number.MAX_SAFE_INTEGER],
  [5, 5],
])('a position at %d is one that JSON can hold: %d', (time, timestamp) =>
  expect(positionAt(time)).toEqual({ timestamp, last: null }),
);
