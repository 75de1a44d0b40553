import { InvalidParameters } from '../../http/invalid-parameters';
import { DAY_US, HOUR_US, MINUTE_US, SECOND_US } from '../../log/timestamp';
import { chooseInterval, formatInterval, MAX_BUCKETS, parseInterval } from './histogram-interval';

const FROM = Date.UTC(2026, 10, 23) * 1_000;

it.each([
  ['auto', null],
  ['1s', SECOND_US],
  ['90s', 90 * SECOND_US],
  ['1m', MINUTE_US],
  ['60s', MINUTE_US],
  ['20m', 20 * MINUTE_US],
  ['2h', 2 * HOUR_US],
  ['1d', DAY_US],
  ['24h', DAY_US],
  ['7d', 7 * DAY_US],
  ['365d', 365 * DAY_US],
])('reads the interval %s', (text, expected) => expect(parseInterval(text)).toBe(expected));

it.each(['', '0s', '7m', '5h', '25h', '366d', '1', 'm', '1.5h', '-1m', '1w', '1M', 'AUTO', '100ms', '1e3s'])(
  'refuses the interval %j',
  (text) => {
    expect(() => parseInterval(text)).toThrow(InvalidParameters);
    expect(() => parseInterval(text)).toThrow(/interval: .* allowed: auto, or/);
  },
);

it.each(['1s', '90s', '1m', '15m', '6h', '1d', '7d'])('writes %s as it was read', (text) =>
  expect(formatInterval(parseInterval(text) ?? NaN)).toBe(text),
);
it.each([
  ['60s', '1m'],
  ['120m', '2h'],
  ['24h', '1d'],
])('writes %s as %s', (text, expected) => expect(formatInterval(parseInterval(text) ?? NaN)).toBe(expected));

it.each([
  ['a microsecond', 0, '1s'],
  ['two minutes', 2 * MINUTE_US - 1, '1s'],
  ['15 minutes', 15 * MINUTE_US, '10s'],
  ['an hour', HOUR_US, '1m'],
  ['a day', DAY_US, '15m'],
  ['a week', 7 * DAY_US, '2h'],
  ['ten years', 3_650 * DAY_US, '365d'],
])('auto for %s is %s', (_caption, length, expected) =>
  expect(formatInterval(chooseInterval(null, FROM, FROM + length))).toBe(expected),
);

it('takes the interval that is asked for, up to 2,000 buckets', () => {
  const last = FROM + MAX_BUCKETS * MINUTE_US - 1;
  expect(chooseInterval(MINUTE_US, FROM, last)).toBe(MINUTE_US);
  expect(() => chooseInterval(MINUTE_US, FROM, last + 1)).toThrow(
    /interval: "1m" is not allowed; allowed: at most 2000 buckets, so at least 2m for this range \(here: 2001\)/,
  );
});

it.each([
  [SECOND_US, HOUR_US, '2s'],
  [SECOND_US, DAY_US, '1m'],
  [MINUTE_US, 30 * DAY_US, '30m'],
  [DAY_US, 6_000 * DAY_US, '7d'],
])('names the smallest that does, which does', (asked, length, smallest) => {
  expect(() => chooseInterval(asked, FROM, FROM + length)).toThrow(new RegExp(`at least ${smallest} `));
  const interval = parseInterval(smallest);
  expect(chooseInterval(interval, FROM, FROM + length)).toBe(interval);
});

it('names the beginning, as it is, of a range that is too long for any interval', () => {
  expect(() => chooseInterval(null, -62_167_219_200 * SECOND_US, FROM)).toThrow(
    'from: "0000-01-01T00:00:00.000000Z" is not allowed; allowed: a range of at most 2000 x 365d',
  );
});

it('counts a bucket that only begins within the range', () => {
  expect(() => chooseInterval(MINUTE_US, FROM + 1, FROM + MAX_BUCKETS * MINUTE_US)).toThrow(/2001/);
});
