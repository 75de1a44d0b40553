import fc from 'fast-check';
import { EVERYTHING, type LogFilter, matchesAttributes, type Order, type TimeRange } from '../../src/log/log-query';
import type { LogRecord } from '../../src/log/log-record';
import { compareRecords, keyOf } from '../../src/log/record-order';
import { SEVERITIES } from '../../src/log/severity';
import { matchesText, parseTextQuery } from '../../src/log/text-query';
import { HOUR_US, MINUTE_US } from '../../src/log/timestamp';
import { ReadBudget } from '../../src/storage/read-budget';
import type { PageQuery } from '../../src/storage/read-logs';
import type { Position } from '../../src/storage/read-position';
import { SearchStore } from '../support/search-store';
import { aRecord, TEN_O_CLOCK } from '../support/storage';

const NOW = TEN_O_CLOCK + 2 * HOUR_US;
const clock = () => NOW;
const budget = () => new ReadBudget(clock, 30_000_000, new AbortController().signal);
/** Already over when it begins. */
const noTime = () => new ReadBudget(clock, 0, new AbortController().signal);

let store: SearchStore;
beforeAll(async () => {
  store = await SearchStore.open();
});
afterAll(() => store.close());
beforeEach(() => store.clear());

/** Few different values, so that many records share a time, and many are equal. */
const anyRecord = fc
  .record({
    minute: fc.constantFrom(-70, -61, -60, -59, -1, 0, 1, 59, 60, 119),
    micros: fc.constantFrom(0, 0, 0, 1, 59_999_999),
    service: fc.constantFrom('a', 'b', 'ß', 'c.d'),
    severity: fc.constantFrom(...SEVERITIES),
    body: fc.constantFrom('one', 'two words', 'two words', 'Größe ONE', '\u001b[1mo\u001b[0mne', '', 'x'.repeat(300)),
    attributes: fc.constantFrom<Record<string, string | number>>({}, {}, { host: 'one' }, { host: 'h2', n: 5 }),
  })
  .map(({ minute, micros, ...rest }) => aRecord({ ...rest, timestamp: TEN_O_CLOCK + minute * MINUTE_US + micros }));

const anyFilter: fc.Arbitrary<LogFilter> = fc.record({
  services: fc.oneof(fc.constant(null), fc.subarray(['a', 'b', 'ß', 'c.d', 'nobody'], { minLength: 1 })),
  severities: fc.oneof(fc.constant(SEVERITIES), fc.subarray([...SEVERITIES])),
  text: fc
    .constantFrom(null, null, 'one', '-one', '"two words"', 'größe one', '-h2 -two')
    .map((q) => (q === null ? null : parseTextQuery(q))),
  attributes: fc.constantFrom([], [], [{ name: 'host', values: ['one', 'h2'] }], [{ name: 'n', values: ['5'] }]),
});
const anyRange: fc.Arbitrary<TimeRange> = fc.record({
  from: fc.constantFrom(TEN_O_CLOCK - 2 * HOUR_US, TEN_O_CLOCK - HOUR_US, TEN_O_CLOCK + 1),
  to: fc.constantFrom(null, null, TEN_O_CLOCK + HOUR_US, TEN_O_CLOCK + MINUTE_US + 1),
});

function isMeant(record: LogRecord, filter: LogFilter, { from, to }: TimeRange): boolean {
  return (
    record.timestamp >= from &&
    (to === null || record.timestamp < to) &&
    (filter.services === null || filter.services.includes(record.service)) &&
    filter.severities.includes(record.severity) &&
    matchesAttributes(filter.attributes, record.attributes) &&
    (filter.text === null || matchesText(filter.text, record))
  );
}

function expected(records: readonly LogRecord[], filter: LogFilter, range: TimeRange, order: Order): LogRecord[] {
  const meant = records.filter((record) => isMeant(record, filter, range)).sort(compareRecords);
  return order === 'asc' ? meant : meant.reverse();
}

/** All pages; `meanwhile` runs after each. */
async function readAll(
  query: Omit<PageQuery, 'position' | 'limit'>,
  limits: readonly number[],
  meanwhile: () => Promise<void> = async () => undefined,
  budgetOf = budget,
): Promise<LogRecord[]> {
  const reader = store.reader(clock);
  const found: LogRecord[] = [];
  let position: Position | null = null;
  for (let pages = 0; pages < 10_000; pages++) {
    const limit = limits[pages % limits.length] ?? 1;
    const page = await reader.page({ ...query, position, limit }, budgetOf());
    expect(page.records.length).toBeLessThanOrEqual(limit);
    found.push(...page.records);
    if (page.next === null) return found;
    position = JSON.parse(JSON.stringify(page.next)) as Position;
    await meanwhile();
  }
  throw new Error('paging does not end');
}

describe('paging', () => {
  const copies = fc
    .tuple(anyRecord, fc.constantFrom(1, 1, 1, 2, 5))
    .map(([record, n]) => Array<LogRecord>(n).fill(record));
  const batch = fc.array(copies, { maxLength: 20 }).map((each) => each.flat());
  const batches = fc.array(batch, { minLength: 1, maxLength: 8 });
  const limits = fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 5 });
  const order = fc.constantFrom<Order>('asc', 'desc');

  it('gives every record exactly once, in order, whatever the filter and the sizes of the pages', async () => {
    await fc.assert(
      fc.asyncProperty(batches, anyFilter, anyRange, order, limits, async (parts, filter, range, way, sizes) => {
        await store.clear();
        await store.add(...parts);
        const found = await readAll({ filter, range, order: way }, sizes);
        expect(found.map(keyOf)).toEqual(expected(parts.flat(), filter, range, way).map(keyOf));
      }),
      { numRuns: 60 },
    );
  });

  it('gives every record there was at the first page exactly once, in order, while others are stored', async () => {
    await fc.assert(
      fc.asyncProperty(batches, batches, order, limits, async (parts, later, way, sizes) => {
        await store.clear();
        await store.add(...parts);
        const range = { from: TEN_O_CLOCK - 2 * HOUR_US, to: null };
        const waiting = [...later];
        const found = await readAll({ filter: EVERYTHING, range, order: way }, sizes, async () => {
          await store.add(waiting.pop() ?? []);
        });
        const sorted = [...found].sort(compareRecords);
        expect(found.map(keyOf)).toEqual((way === 'asc' ? sorted : sorted.reverse()).map(keyOf));
        expect(missing(parts.flat(), found)).toEqual([]);
        expect(missing(found, [...parts.flat(), ...later.flat()])).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('gives every record exactly once when each page has no time at all', async () => {
    await fc.assert(
      fc.asyncProperty(batches, anyFilter, anyRange, order, async (parts, filter, range, way) => {
        await store.clear();
        await store.add(...parts);
        const found = await readAll({ filter, range, order: way }, [7], undefined, noTime);
        expect(found.map(keyOf)).toEqual(expected(parts.flat(), filter, range, way).map(keyOf));
      }),
      { numRuns: 40 },
    );
  });
});

/** The records of `wanted` that `found` has too few of. */
function missing(wanted: readonly LogRecord[], found: readonly LogRecord[]): LogRecord[] {
  const counts = new Map<string, number>();
  const textOf = (record: LogRecord) => JSON.stringify(keyOf(record));
  for (const record of found) counts.set(textOf(record), (counts.get(textOf(record)) ?? 0) + 1);
  return wanted.filter((record) => {
    const left = (counts.get(textOf(record)) ?? 0) - 1;
    counts.set(textOf(record), left);
    return left < 0;
  });
}
