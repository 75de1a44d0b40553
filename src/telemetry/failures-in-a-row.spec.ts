import { FailuresInARow } from './failures-in-a-row';

it('warns of the first failure and of every sixtieth after it, and again once one has succeeded', () => {
  const failures = new FailuresInARow();
  const loud = (count: number): number[] =>
    Array.from({ length: count }, () => failures.next()).flatMap((level, index) => (level === 'warn' ? [index] : []));
  expect(loud(150)).toEqual([0, 60, 120]);
  failures.end();
  expect(loud(2)).toEqual([0]);
});
