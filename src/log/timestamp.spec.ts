import fc from 'fast-check';
import { formatTimestamp, hourOf, HOUR_US, MINUTE_US, parseIsoTime, parseNumericTime, parseTime } from './timestamp';

const us = (iso: string, micros = 0): number => Date.parse(iso) * 1_000 + micros;

describe('formatTimestamp', () => {
  it.each([
    [0, '1970-01-01T00:00:00.000000Z'],
    [-1, '1969-12-31T23:59:59.999999Z'],
    [us('2026-11-23T10:00:00.123Z', 456), '2026-11-23T10:00:00.123456Z'],
  ])('writes %d as %s', (timestamp, text) => expect(formatTimestamp(timestamp)).toBe(text));

  it('is what parseIsoTime reads', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (timestamp) => {
        expect(parseIsoTime(formatTimestamp(timestamp))).toEqual({ timestamp, precision: 1 });
      }),
    );
  });

  it('writes a time beyond the exact ones without a wrong digit count', () => {
    expect(formatTimestamp(us('9999-12-31T23:59:59Z'))).toMatch(/^9999-12-31T23:59:59\.\d{6}Z$/);
    expect(formatTimestamp(us('0001-01-01T00:00:01Z'))).toMatch(/^0001-01-01T00:00:0\d\.\d{6}Z$/);
  });
});

describe('hourOf', () => {
  it('begins at the full hour, also before 1970', () => {
    expect([HOUR_US - 1, HOUR_US, -1, -HOUR_US].map(hourOf)).toEqual([0, 1, -1, -1]);
  });
});

describe('parseIsoTime', () => {
  it.each([
    ['2026-11-23 10:00:00', us('2026-11-23T10:00:00Z'), 1_000_000],
    ['2026-11-23T10:00:00Z', us('2026-11-23T10:00:00Z'), 1_000_000],
    ['2026-11-23 10:00', us('2026-11-23T10:00:00Z'), MINUTE_US],
    ['2026-11-23 10:00:00.1', us('2026-11-23T10:00:00.1Z'), 100_000],
    ['2026-11-23 10:00:00.123456', us('2026-11-23T10:00:00.123Z', 456), 1],
    ['2026-11-23T10:00:00.123456789Z', us('2026-11-23T10:00:00.123Z', 456), 1],
    ['2026-11-23T10:00:00+01:00', us('2026-11-23T09:00:00Z'), 1_000_000],
    ['2026-11-23T10:00:00-0330', us('2026-11-23T13:30:00Z'), 1_000_000],
    ['2026-11-23 10:00:00 +02', us('2026-11-23T08:00:00Z'), 1_000_000],
    ['2024-02-29 00:00:00', us('2024-02-29T00:00:00Z'), 1_000_000],
    ['2016-12-31T23:59:60Z', us('2017-01-01T00:00:00Z'), 1_000_000],
    ['0001-01-01T00:00:00Z', us('0001-01-01T00:00:00Z'), 1_000_000],
  ])('reads %s', (text, timestamp, precision) => {
    const isLocal = /(?:Z|[+-]\d\d(?::?\d\d)?)$/i.test(text.slice(10)) ? undefined : true;
    expect(parseIsoTime(text)).toEqual({ timestamp, precision, isLocal });
  });

  it.each([
    '',
    '2026-11-23',
    '2026-02-29 10:00:00',
    '2026-13-01 10:00:00',
    '2026-00-10 10:00:00',
    '2026-11-23 24:00:00',
    '2026-11-23 10:60:00',
    '2026-11-23 10:00:61',
    '2026-11-23 10:00:00,123',
    '2026-11-23 10:00:00.',
    '2026-11-23T10:00:00+24:00',
    '2026-11-23T10:00:00+01:60',
    '2026-11-23T10:00:00 CET',
    ' 2026-11-23 10:00:00',
    '2026-11-23 10:00:00\n',
    '２０２６-11-23 10:00:00',
  ])('refuses %j', (text) => expect(parseIsoTime(text)).toBeNull());
});

describe('parseNumericTime', () => {
  it.each([
    ['seconds', 1_795_399_938, 1_795_399_938_000_000, 1_000_000],
    ['seconds with a fraction', 1_795_399_938.872, 1_795_399_938_872_000, 1],
    ['milliseconds', 1_795_399_938_872, 1_795_399_938_872_000, 1_000],
    ['milliseconds with a fraction', 1_795_399_938_872.25, 1_795_399_938_872_250, 1],
    ['microseconds', 1_795_399_938_872_123, 1_795_399_938_872_123, 1],
    ['nanoseconds', 1_795_399_938_872_000_000, 1_795_399_938_872_000, 1],
  ])('tells %s by their magnitude', (_unit, given, timestamp, precision) =>
    expect(parseNumericTime(given)).toEqual({ timestamp, precision }),
  );

  it.each([0, -1, 12.5, 99_999_999, 1e20, NaN, Infinity])('takes %d for no time', (given) =>
    expect(parseNumericTime(given)).toBeNull(),
  );

  it('gives a whole number of microseconds whatever it is given', () => {
    fc.assert(
      fc.property(fc.double(), (given) => {
        const time = parseNumericTime(given);
        expect(time === null || Number.isInteger(time.timestamp)).toBe(true);
      }),
    );
  });
});

describe('parseTime', () => {
  it.each([
    ['1795399938.872', 1_795_399_938_872_000],
    ['1795399938872123999', 1_795_399_938_872_123],
    [' 2026-11-23T10:00:00Z ', us('2026-11-23T10:00:00Z')],
    [1_795_399_938, 1_795_399_938_000_000],
  ])('reads %j', (given, timestamp) => expect(parseTime(given)?.timestamp).toBe(timestamp));

  it.each([undefined, null, true, {}, [], '', '12', '0x5f5e100', '1e9', 'yesterday', '1'.repeat(40)])(
    'refuses %j',
    (given) => expect(parseTime(given)).toBeNull(),
  );
});
