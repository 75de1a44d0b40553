import { eventually } from '../../../test/support/eventually';
import { type LogLine, memoryTelemetry } from '../../../test/support/http-app';
import type { CountBatch } from '../../alerts/alert-counts';
import { rulesOf } from '../../alerts/alert-rule';
import type { Watch } from '../../alerts/alert-state';
import { loadConfig } from '../../config/config';
import { MonitoringEvents } from '../../telemetry/monitoring-events';
import { Monitor } from './monitor';
import { Tally } from './tally';

const START = 1_795_428_000_000_000;
const S = 1_000_000;
const rules = rulesOf(loadConfig({}).alerts);

const made: Monitor[] = [];
afterEach(() => Promise.all(made.splice(0).map((monitor) => monitor.stop()))); // also where a test failed before its stop

/** A monitor whose store can be taken away, and what reached the store. */
function aMonitor() {
  const state = { now: START, isAway: false, isConsuming: true };
  const added: CountBatch[] = [];
  const judged: { fingerprints: readonly string[]; watch: Watch }[] = [];
  const tally = new Tally(rules);
  const failWhenAway = (): void => {
    if (state.isAway) throw new Error('away');
  };
  const told: string[] = [];
  const logged: LogLine[] = [];
  const monitor = new Monitor({
    tally,
    rules,
    counts: {
      add: async (batch) => {
        added.push(batch);
        failWhenAway();
      },
    },
    evaluator: {
      judge: async (fingerprints, watch) => {
        if (fingerprints.length > 0) failWhenAway(); // the store is not asked about nothing
        judged.push({ fingerprints, watch });
      },
      sweep: async () => failWhenAway(),
    },
    notifier: { wake: () => void told.push('wake'), stop: async () => void told.push('stop') },
    events: new MonitoringEvents(memoryTelemetry(logged)),
    clock: () => state.now,
    isConsuming: () => state.isConsuming,
  });
  made.push(monitor);
  const see = (count: number): void =>
    tally.add(
      { service: 'shop', severity: 'error', times: new Array<number>(count).fill(state.now), last: [] },
      state.now,
    );
  const records = ({ series }: CountBatch): number[] =>
    series.flatMap(({ buckets }) => buckets.map(({ count }) => count));
  return { state, monitor, see, added, judged, told, logged, records };
}

it('adds what was counted, judges it, and wakes the notifier', async () => {
  const { monitor, see, added, judged, told, records } = aMonitor();
  see(3);
  await monitor.round();
  expect(added.map(records)).toEqual([[3]]);
  expect(judged[0]?.fingerprints).toEqual(added[0]?.series.map(({ fingerprint }) => fingerprint));
  expect(told).toEqual(['wake']);
});

it('sends a batch again as it was while the store is away, and later what was counted since', async () => {
  const { state, monitor, see, added, judged, records } = aMonitor();
  see(3);
  state.isAway = true;
  await expect(monitor.round()).rejects.toThrow('away');
  see(4);
  await expect(monitor.round()).rejects.toThrow('away');
  state.isAway = false;
  await monitor.round();
  await monitor.round();
  expect(added.map(records)).toEqual([[3], [3], [3], [4]]);
  expect(added.map(({ sequence }) => sequence)).toEqual([1, 1, 1, 2]);
  expect(new Set(added.map(({ instance }) => instance)).size).toBe(1);
  expect(judged).toHaveLength(2);
});

it('judges later what was added and could not be judged', async () => {
  const { state, monitor, see, added, judged } = aMonitor();
  see(3);
  const round = monitor.round();
  state.isAway = true; // the batch has been taken by now
  await expect(round).rejects.toThrow('away');
  state.isAway = false;
  await monitor.round();
  expect(added).toHaveLength(1);
  expect(judged.map(({ fingerprints }) => fingerprints.length)).toEqual([1]);
});

it('says that alerts are judged again once the store answers, not at a round that had nothing to ask of it', async () => {
  const { state, monitor, judged, logged } = aMonitor();
  const back = (): number => logged.filter(({ msg }) => msg === 'alerts are judged again').length;
  state.isAway = true;
  monitor.start();
  await eventually(() => judged.length >= 4);
  expect(back()).toBe(0);
  state.isAway = false;
  await eventually(() => back() > 0);
  await monitor.stop();
  expect(back()).toBe(1);
});

it('saves at a stop what it holds, the batch that failed before the rest', async () => {
  const { state, monitor, see, added, told, records } = aMonitor();
  see(3);
  state.isAway = true;
  await expect(monitor.round()).rejects.toThrow('away');
  see(4);
  state.isAway = false;
  await monitor.stop();
  expect(added.map(records)).toEqual([[3], [3], [4]]);
  expect(told.at(-1)).toBe('stop');
});

it('has watched only since nothing stood between the records and their being judged', async () => {
  const { state, monitor, judged } = aMonitor();
  const sinceOfNext = async (): Promise<number> => {
    const before = judged.length;
    await eventually(() => judged.length > before);
    return ((judged.at(-1)?.watch.since ?? 0) - START) / S;
  };
  monitor.start();
  expect(await sinceOfNext()).toBe(0);
  state.isConsuming = false;
  state.now = START + 5 * S;
  expect(await sinceOfNext()).toBe(5);
  state.isConsuming = true;
  state.now = START + 9 * S;
  expect(await sinceOfNext()).toBe(5);
  await monitor.stop();
});

it.each([
  ['was frozen, or its clock set forward', 60],
  ['has a clock that was set back', -60],
])('has watched only since the last round where it %s', async (_, seconds) => {
  const { state, monitor, judged } = aMonitor();
  const since = (): number => ((judged.at(-1)?.watch.since ?? 0) - START) / S;
  state.now = START + S;
  await monitor.round();
  expect(since()).toBe(0);
  state.now += seconds * S;
  await monitor.round();
  expect(since()).toBe(1 + seconds);
  state.now += S;
  await monitor.round();
  expect(since()).toBe(1 + seconds);
});

it('judges as of the moment up to which it has counted, however long the store takes', async () => {
  const { state, monitor, see, judged } = aMonitor();
  see(3);
  const round = monitor.round();
  state.now = START + 120 * S; // the batch has been taken by now
  await round;
  expect(judged.at(-1)?.watch.now).toBe(START);
});
