import { InvalidParameters } from '../../http/invalid-parameters';
import { DAY_US, formatTimestamp, HOUR_US, MINUTE_US, SECOND_US } from '../../log/timestamp';
import { makeBuckets } from './histogram-buckets';
import { parseInterval } from './histogram-interval';
import { parseTimeParameter, readRange } from './time-parameter';

const NOW = Date.UTC(2026, 10, 23, 10) * 1_000;

describe('parseTimeParameter', () => {
  it.each([
    ['2026-11-23T09:00:00Z', '2026-11-23T09:00:00.000000Z'],
    ['2026-11-23T09:00:00', '2026-11-23T09:00:00.000000Z'],
    ['2026-11-23 09:00', '2026-11-23T09:00:00.000000Z'],
    ['2026-11-23', '2026-11-23T00:00:00.000000Z'],
    ['2026-11-23T09:00:00.123456Z', '2026-11-23T09:00:00.123456Z'],
    ['2026-11-23T09:00:00+01:00', '2026-11-23T08:00:00.000000Z'],
    ['2026-11-23T09:00:00 01:00', '2026-11-23T08:00:00.000000Z'],
    ['2026-11-23T09:00 0130', '2026-11-23T07:30:00.000000Z'],
    ['2026-11-23T09:00:00.5 01', '2026-11-23T08:00:00.500000Z'],
    ['2026-11-23 09:00:00 01:00', '2026-11-23T08:00:00.000000Z'],
    ['2026-11-23T09:00:00-01:00', '2026-11-23T10:00:00.000000Z'],
    [' 2026-11-23T09:00:00Z ', '2026-11-23T09:00:00.000000Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000000Z'],
    ['0000-01-01', '0001-01-01T00:00:00.000000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000000Z'],
    ['9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.000000Z'],
    ['9999-12-31T23:59:59-01:00', '9999-12-31T23:59:59.000000Z'],
    ['0000-01-01T00:00:00+01:00', '0001-01-01T00:00:00.000000Z'],
  ])('reads %j', (text, expected) => {
    const time = parseTimeParameter(text, NOW);
    expect(time === null ? null : formatTimestamp(time)).toBe(expected);
  });

  it.each([
    ['0s', 0],
    ['30s', 30 * SECOND_US],
    ['15m', 15 * MINUTE_US],
    ['2h', 2 * HOUR_US],
    ['7d', 7 * DAY_US],
    ['36500d', 36_500 * DAY_US],
  ])('reads %j as that long ago', (text, ago) => expect(parseTimeParameter(text, NOW)).toBe(NOW - ago));

  it.each([
    '',
    'now',
    'yesterday',
    '15',
    '15 m',
    '-15m',
    '1.5h',
    '2w',
    '36501d',
    '9999999999d',
    '1795428000',
    '2026-02-30',
    '2026-13-01T00:00Z',
    '2026-11-23T25:00Z',
    '2026-11-23T09:00:00+1',
    '23.11.2026',
  ])('refuses %j', (text) => expect(parseTimeParameter(text, NOW)).toBeNull());
});

describe('readRange', () => {
  it.each([
    ['nothing: the last 24 h, without an end', {}, NOW - DAY_US, null],
    ['from alone: no end', { from: '2h' }, NOW - 2 * HOUR_US, null],
    ['to alone: the 24 h before it', { to: '2h' }, NOW - 26 * HOUR_US, NOW - 2 * HOUR_US],
    ['both', { from: '2h', to: '1h' }, NOW - 2 * HOUR_US, NOW - HOUR_US],
    ['a beginning ahead', { from: '2026-11-23T20:00:00Z' }, NOW + 10 * HOUR_US, null],
    ['a microsecond', { from: '0s', to: '2026-11-23T10:00:00.000001Z' }, NOW, NOW + 1],
  ])('%s', (_caption, given, from, to) => expect(readRange(given, NOW)).toEqual({ from, to }));

  it('leaves room for what begins before it, within the years of four digits: a day, and the longest bucket', () => {
    const { from } = readRange({ to: '0000-01-01' }, NOW);
    const [bucket] = makeBuckets(new Map(), false, from, from, parseInterval('365d') ?? NaN);
    expect([from, bucket?.start ?? NaN].map(formatTimestamp)).toEqual([
      '0000-12-31T00:00:00.000000Z',
      '0000-04-23T00:00:00.000000Z',
    ]);
  });

  it.each([
    ['from', { from: 'soon' }, 'soon', /ISO 8601/],
    ['to', { to: 'soon', from: '1h' }, 'soon', /ISO 8601/],
    ['from', { from: '1h', to: '2h' }, '1h', /before "to", which is "2h"/],
    ['from', { from: '1h', to: '1h' }, '1h', /before "to"/],
  ])('names %s of %j', (parameter, given, value, allowed) => {
    expect(() => readRange(given, NOW)).toThrow(InvalidParameters);
    try {
      readRange(given, NOW);
    } catch (error) {
      expect(error).toMatchObject({ wrong: [{ parameter, given: value, allowed: expect.stringMatching(allowed) }] });
    }
  });
});
