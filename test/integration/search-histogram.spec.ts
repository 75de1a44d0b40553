import fc from 'fast-check';
import { EVERYTHING, type LogFilter, type TimeRange } from '../../src/log/log-query';
import { SEVERITIES } from '../../src/log/severity';
import { parseTextQuery } from '../../src/log/text-query';
import { DAY_US, HOUR_US, MINUTE_US, SECOND_US } from '../../src/log/timestamp';
import { ReadBudget } from '../../src/storage/read-budget';
import type { GroupBy } from '../../src/storage/read-histogram';
import { SearchStore } from '../support/search-store';
import { aRecord, TEN_O_CLOCK } from '../support/storage';

/** Neither on a minute nor on a second: so is the expiry, ten days before. */
const NOW = TEN_O_CLOCK + 10 * DAY_US + 90 * SECOND_US + 7;
const CUTOFF = NOW - 10 * DAY_US;
const budget = (timeLimit = 30_000_000) => new ReadBudget(() => NOW, timeLimit, new AbortController().signal);

let store: SearchStore;
beforeAll(async () => {
  store = await SearchStore.open();
});
afterAll(() => store.close());
beforeEach(() => store.clear());

/** Around the expiry, full minutes and hours, and the ends of the ranges below. */
const anyTime = fc
  .tuple(
    fc.constantFrom(CUTOFF, TEN_O_CLOCK, TEN_O_CLOCK + 5 * MINUTE_US, TEN_O_CLOCK + HOUR_US, TEN_O_CLOCK + 2 * HOUR_US),
    fc.constantFrom(-61 * SECOND_US, -30 * SECOND_US, -1, 0, 0, 1, 29 * SECOND_US, 90 * SECOND_US),
  )
  .map(([time, offset]) => time + offset);
const anyRecord = fc
  .record({
    timestamp: anyTime,
    service: fc.constantFrom('a', 'b', 'c'),
    severity: fc.constantFrom(...SEVERITIES),
    body: fc.constantFrom('one', 'two', 'one two'),
    attributes: fc.constantFrom<Record<string, number>>({}, { n: 1 }),
  })
  .map((draft) => aRecord(draft));

const anyFilter: fc.Arbitrary<LogFilter> = fc.record({
  services: fc.option(fc.subarray(['a', 'b', 'nobody'], { minLength: 1 })),
  severities: fc.oneof(fc.constant(SEVERITIES), fc.subarray([...SEVERITIES])),
  text: fc.constantFrom(null, null, null, parseTextQuery('one'), parseTextQuery('-two')),
  attributes: fc.constantFrom([], [], [{ name: 'n', values: ['1'] }]),
});
const anyRange: fc.Arbitrary<TimeRange> = fc.record({
  from: fc.constantFrom(CUTOFF - DAY_US, CUTOFF - 30 * SECOND_US, CUTOFF, TEN_O_CLOCK + 5 * MINUTE_US + 1),
  to: fc.constantFrom(null, TEN_O_CLOCK + HOUR_US, TEN_O_CLOCK + HOUR_US + 1, TEN_O_CLOCK + HOUR_US + 90 * SECOND_US),
});
const INTERVALS = [SECOND_US, 30 * SECOND_US, MINUTE_US, 90 * SECOND_US, 5 * MINUTE_US, HOUR_US, DAY_US];

it('counts the records that paging returns, bucket by bucket and group by group', async () => {
  const batches = fc.array(fc.array(anyRecord, { maxLength: 40 }), { minLength: 1, maxLength: 6 });
  const groupBy = fc.constantFrom<GroupBy>('severity', 'service', 'none');
  await fc.assert(
    fc.asyncProperty(
      batches,
      anyFilter,
      anyRange,
      fc.constantFrom(...INTERVALS),
      groupBy,
      async (parts, filter, range, interval, by) => {
        await store.clear();
        await store.add(...parts);
        const reader = store.reader(() => NOW);
        const page = await reader.page({ filter, range, order: 'desc', position: null, limit: 5_000 }, budget());
        const counts = await reader.count({ filter, range, groupBy: by, intervalFor: () => interval }, budget());
        const paged = new Map<string, number>();
        for (const record of page.records) {
          const key = JSON.stringify([
            by === 'none' ? '' : record[by],
            Math.floor(record.timestamp / interval) * interval,
          ]);
          paged.set(key, (paged.get(key) ?? 0) + 1);
        }
        const counted = [...counts.groups].flatMap(([group, starts]) =>
          [...starts].map(([start, count]) => [JSON.stringify([group, start]), count] as const),
        );
        expect(new Map(counted)).toEqual(paged);
        expect(counts.newest).toBe(page.records[0]?.timestamp ?? null);
        expect(counts).toMatchObject({ isOutOfTime: false, damaged: [], interval });
      },
    ),
    { numRuns: 120 },
  );
});

it('reads headers alone where whole chunks are counted in whole minutes', async () => {
  await store.add(
    Array.from({ length: 100 }, (_, i) => aRecord({ timestamp: TEN_O_CLOCK + 5 * MINUTE_US + i * SECOND_US })),
  );
  const count = async (range: TimeRange, interval: number) => {
    const spent = budget();
    await store
      .reader(() => NOW)
      .count({ filter: EVERYTHING, range, groupBy: 'none', intervalFor: () => interval }, spent);
    const { chunksRead, recordsScanned } = spent.costs;
    return { chunksRead, recordsScanned };
  };
  const whole = { from: TEN_O_CLOCK, to: null };
  expect(await count(whole, MINUTE_US)).toEqual({ chunksRead: 1, recordsScanned: 0 });
  expect(await count(whole, SECOND_US)).toEqual({ chunksRead: 1, recordsScanned: 100 });
  expect(await count({ ...whole, from: TEN_O_CLOCK + 5 * MINUTE_US + 90 * SECOND_US }, MINUTE_US)).toEqual({
    chunksRead: 1,
    recordsScanned: 10,
  });
});

it('tells the newest chunk of the range and the filter, so that the interval can be chosen', async () => {
  await store.add([
    aRecord({ timestamp: TEN_O_CLOCK + HOUR_US }),
    aRecord({ timestamp: TEN_O_CLOCK + 2 * HOUR_US, severity: 'error' }),
  ]);
  const newest: (number | null)[] = [];
  const intervalFor = (time: number | null) => (newest.push(time), MINUTE_US);
  const reader = store.reader(() => NOW);
  const range = { from: TEN_O_CLOCK, to: null };
  await reader.count({ filter: EVERYTHING, range, groupBy: 'none', intervalFor }, budget());
  await reader.count(
    { filter: { ...EVERYTHING, severities: ['info'] }, range, groupBy: 'none', intervalFor },
    budget(),
  );
  await reader.count(
    { filter: { ...EVERYTHING, services: ['nobody'] }, range, groupBy: 'none', intervalFor },
    budget(),
  );
  expect(newest).toEqual([TEN_O_CLOCK + 2 * HOUR_US, TEN_O_CLOCK + HOUR_US, null]);
});

it.each([MINUTE_US, SECOND_US])(
  'says so when its time is up before all is counted (interval %d us)',
  async (interval) => {
    await store.add([aRecord({ timestamp: TEN_O_CLOCK + HOUR_US })]);
    const range = { from: TEN_O_CLOCK, to: null };
    const counts = await store
      .reader(() => NOW)
      .count({ filter: EVERYTHING, range, groupBy: 'none', intervalFor: () => interval }, budget(0));
    expect(counts).toMatchObject({ isOutOfTime: true, newest: null });
  },
);

it('says so, too, when the store needs longer than that even to find the newest chunk', async () => {
  await store.add([aRecord({ timestamp: TEN_O_CLOCK + HOUR_US })]);
  await store.admin.command({
    configureFailPoint: 'failCommand',
    mode: { times: 1 },
    data: { failCommands: ['find'], appName: store.test.name, errorCode: 50 }, // MaxTimeMSExpired
  });
  const range = { from: TEN_O_CLOCK, to: null };
  const counts = await store
    .reader(() => NOW)
    .count({ filter: EVERYTHING, range, groupBy: 'none', intervalFor: () => MINUTE_US }, budget());
  expect(counts).toMatchObject({ isOutOfTime: true, newest: null, interval: MINUTE_US });
});
