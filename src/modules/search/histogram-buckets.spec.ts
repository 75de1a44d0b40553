import { makeBuckets, TOP_GROUPS } from './histogram-buckets';

const groups = (given: Record<string, Record<number, number>>): ReadonlyMap<string, ReadonlyMap<number, number>> =>
  new Map(
    Object.entries(given).map(([group, starts]) => [
      group,
      new Map(Object.entries(starts).map(([start, count]) => [Number(start), count])),
    ]),
  );

it('gives every bucket from the first to the last, empty ones too', () => {
  const buckets = makeBuckets(groups({ error: { 10: 2, 30: 1 }, info: { 10: 5 } }), true, 13, 40, 10);
  expect(buckets).toEqual([
    { start: 10, total: 7, counts: { error: 2, info: 5 }, other: 0 },
    { start: 20, total: 0, counts: {}, other: 0 },
    { start: 30, total: 1, counts: { error: 1 }, other: 0 },
    { start: 40, total: 0, counts: {}, other: 0 },
  ]);
});

it('begins before 1970 where the range does', () => {
  expect(makeBuckets(groups({}), true, -13, -1, 10).map(({ start }) => start)).toEqual([-20, -10]);
});

it('has totals alone when there are no groups', () => {
  expect(makeBuckets(groups({ '': { 0: 3 } }), false, 0, 9, 10)).toEqual([
    { start: 0, total: 3, counts: {}, other: 0 },
  ]);
});

it('tells the 20 largest groups apart, equal ones by name, and adds up the rest', () => {
  const names = Array.from({ length: TOP_GROUPS + 3 }, (_, i) => `s${String(i).padStart(2, '0')}`);
  const counted = Object.fromEntries(names.map((name, i) => [name, { 0: i === 22 ? 9 : 1, 10: 1 }]));
  const [first, second] = makeBuckets(groups(counted), true, 0, 19, 10);
  expect(Object.keys(first?.counts ?? {}).sort()).toEqual([...names.slice(0, 19), 's22']);
  expect(first).toMatchObject({ total: 31, other: 3 });
  expect(second).toMatchObject({ total: 23, other: 3 });
});

it('counts a group named __proto__ like any other', () => {
  const [bucket] = makeBuckets(new Map([['__proto__', new Map([[0, 2]])]]), true, 0, 1, 10);
  expect(JSON.stringify(bucket?.counts)).toBe('{"__proto__":2}');
});
