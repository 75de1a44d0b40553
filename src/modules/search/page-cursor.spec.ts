import fc from 'fast-check';
import { anySeverity, anyText } from '../../../test/support/arbitrary-logs';
import { EVERYTHING, type LogFilter } from '../../log/log-query';
import { parseTextQuery } from '../../log/text-query';
import { decodeCursor, encodeCursor, filterHash, type PageCursor } from './page-cursor';

const anyTime = fc.maxSafeInteger();
/** As `from` and `to` may name them: the year 9999 is beyond the safe integers. */
const anyRangeTime = fc.oneof(
  anyTime,
  fc.constantFrom(Date.UTC(9999, 11, 31) * 1_000, Date.UTC(9999, 11, 31, 23, 59, 59, 999) * 1_000, -6.2e16),
);
const anyCursor: fc.Arbitrary<PageCursor> = fc.record({
  range: fc.record({ from: anyRangeTime, to: fc.option(anyRangeTime) }),
  fromText: anyText,
  toText: anyText,
  filterHash: fc.constant('0123456789abcdef'),
  position: fc.record({
    timestamp: anyTime,
    last: fc.option(
      fc.record({
        service: anyText,
        severity: anySeverity,
        contentHash: fc.constant('0123456789abcdef01234567'),
        equal: fc.integer({ min: 1, max: 1e9 }),
      }),
    ),
  }),
});

describe('cursors', () => {
  it('come back as they were, begin with their format, and need no escaping in a URL', () => {
    fc.assert(
      fc.property(anyCursor, (cursor) => {
        const text = encodeCursor(cursor);
        expect(text).toMatch(/^1[A-Za-z0-9_-]+$/);
        expect(decodeCursor(text)).toEqual(cursor);
      }),
    );
  });

  const encoded = (fields: unknown): string => `1${Buffer.from(JSON.stringify(fields)).toString('base64url')}`;
  const hash = '0123456789abcdef';
  it.each([
    ['nothing', ''],
    ['the format alone', '1'],
    ['another format', encodeCursor(fc.sample(anyCursor, { numRuns: 1, seed: 1 })[0]).replace('1', '2')],
    ['no base64url', '1???'],
    ['no JSON', '1abcd'],
    ['no list', encoded({})],
    ['too few fields', encoded([1, null, '', '', hash])],
    ['a time that is none', encoded(['1', null, '', '', hash, 1])],
    ['a fraction of a microsecond', encoded([1.5, null, '', '', hash, 1])],
    ['a time that no calendar has', encoded([1, 1e19, '', '', hash, 1])],
    ['a severity that is none', encoded([1, null, '', '', hash, 1, 's', 6, '0'.repeat(24), 1])],
    ['a content hash that is too short', encoded([1, null, '', '', hash, 1, 's', 2, '00', 1])],
    ['a count of none', encoded([1, null, '', '', hash, 1, 's', 2, '0'.repeat(24), 0])],
    ['a field too many', encoded([1, null, '', '', hash, 1, 's', 2, '0'.repeat(24), 1, 1])],
    ['padding', `${encoded([1, null, '', '', hash, 1])}==`],
    ['JSON written otherwise', `1${Buffer.from(`[1, null,"","","${hash}",1]`).toString('base64url')}`],
  ])('%s is none', (_caption, text) => expect(decodeCursor(text)).toBeNull());

  it('are refused or harmless, whatever is cut off', () => {
    fc.assert(
      fc.property(anyCursor, fc.nat(), (cursor, length) => {
        const text = encodeCursor(cursor);
        expect(decodeCursor(text.slice(0, length % text.length))).toBeNull();
      }),
    );
  });
});

describe('filterHash', () => {
  const filter: LogFilter = {
    services: ['a', 'b'],
    severities: ['warn', 'error'],
    text: parseTextQuery('x -y'),
    attributes: [
      { name: 'h', values: ['1', '2'] },
      { name: 'k', values: ['3'] },
    ],
  };

  it.each<[string, Partial<LogFilter>]>([
    ['services', { services: ['b', 'a', 'a'] }],
    ['attributes', { attributes: [...filter.attributes].reverse() }],
    [
      'values',
      {
        attributes: [
          { name: 'h', values: ['2', '1'] },
          { name: 'k', values: ['3', '3'] },
        ],
      },
    ],
  ])('does not care about the order of %s', (_caption, change) =>
    expect(filterHash({ ...filter, ...change }, 'desc')).toBe(filterHash(filter, 'desc')),
  );

  it('tells filters apart', () => {
    const others: LogFilter[] = [
      EVERYTHING,
      { ...filter, services: null },
      { ...filter, services: ['a'] },
      { ...filter, severities: ['warn'] },
      { ...filter, text: null },
      { ...filter, text: parseTextQuery('x y') },
      { ...filter, text: parseTextQuery('"x y"') },
      { ...filter, attributes: [] },
      {
        ...filter,
        attributes: [
          { name: 'h', values: ['1'] },
          { name: 'k', values: ['2', '3'] },
        ],
      },
    ];
    const hashes = [filter, ...others].map((each) => filterHash(each, 'desc'));
    expect(new Set([...hashes, filterHash(filter, 'asc')]).size).toBe(others.length + 2);
  });
});
