import { ClusterClock, fromTimestamp, toTimestamp } from './cluster-clock';

it('goes on at every commit, whatever the clock of the machine does', () => {
  let now = 1_700_000_000_000;
  const clock = new ClusterClock(() => new Date(now));
  const times = [clock.current];
  for (const step of [0, 0, 5_000, -60_000, 0, 90_000]) {
    now += step;
    times.push(clock.tick());
  }
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(new Set(times).size).toBe(times.length);
  expect(toTimestamp(times.at(-1) ?? 0)).toMatchObject({ t: Math.floor(now / 1_000), i: 1 });
});

it('goes on from the time that was saved, also where the machine is behind it', () => {
  const saved = new ClusterClock(() => new Date(2_000_000)).tick();
  expect(new ClusterClock(() => new Date(1_000_000), saved).tick()).toBe(saved + 1);
});

it('is what its timestamps say', () => {
  const time = new ClusterClock(() => new Date()).tick();
  expect(fromTimestamp(toTimestamp(time))).toBe(time);
});
