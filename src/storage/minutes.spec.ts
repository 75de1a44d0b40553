import fc from 'fast-check';
import { mongo } from 'mongoose';
import { MINUTE_US } from '../log/timestamp';
import { ChunkUnreadable } from './chunk-unreadable';
import { decodeMinutes, encodeMinutes, minuteOf } from './minutes';

const _id = new mongo.Binary(Buffer.alloc(16), 4);
const header = (times: readonly number[]) => ({
  _id,
  minutes: encodeMinutes(times.map((timestamp) => ({ timestamp }))),
  from: times[0] ?? 0,
  to: times.at(-1) ?? 0,
  count: times.length,
});

it('counts the records of each minute', () => {
  const times = fc.array(fc.integer({ min: -2 * MINUTE_US, max: 60 * MINUTE_US }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(times, (unsorted) => {
      const sorted = unsorted.toSorted((a, b) => a - b);
      const { first, counts } = decodeMinutes(header(sorted));
      const expected = counts.map((_, i) => sorted.filter((time) => minuteOf(time) === first + i).length);
      expect(counts).toEqual(expected);
      expect([counts[0], counts.at(-1)]).not.toContain(0);
    }),
  );
});

it.each([
  ['that end inside a number', { minutes: new mongo.Binary(Buffer.from([1, 0x81])) }],
  ['that do not add up to the count', { count: 4 }],
  ['that are too few', { to: 5 * MINUTE_US }],
])('reports minutes %s', (_caption, change) => {
  expect(() => decodeMinutes({ ...header([0, 1, MINUTE_US]), ...change })).toThrow(ChunkUnreadable);
});
