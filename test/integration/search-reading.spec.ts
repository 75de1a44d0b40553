import { mongo } from 'mongoose';
import { EVERYTHING, type LogFilter, type Order } from '../../src/log/log-query';
import type { LogRecord } from '../../src/log/log-record';
import { keyOf } from '../../src/log/record-order';
import { sortRecords } from '../../src/log/sort-records';
import { parseTextQuery } from '../../src/log/text-query';
import { DAY_US, HOUR_US, MINUTE_US, SECOND_US } from '../../src/log/timestamp';
import { newId } from '../../src/storage/chunk-id';
import { ChunkUnreadable } from '../../src/storage/chunk-unreadable';
import { encodeChunk } from '../../src/storage/encode-chunk';
import { ReadAborted, ReadBudget } from '../../src/storage/read-budget';
import type { PageQuery } from '../../src/storage/read-logs';
import { MAX_PAGE_BYTES } from '../../src/storage/read-page';
import { SearchStore } from '../support/search-store';
import { aRecord, TEN_O_CLOCK } from '../support/storage';

const NOW = TEN_O_CLOCK + DAY_US;
const clock = () => NOW;
const budget = () => new ReadBudget(clock, 30_000_000, new AbortController().signal);
const QUERY: PageQuery = {
  filter: EVERYTHING,
  range: { from: TEN_O_CLOCK - DAY_US, to: null },
  order: 'desc',
  position: null,
  limit: 100,
};

let store: SearchStore;
beforeAll(async () => {
  store = await SearchStore.open();
});
afterAll(() => store.close());
beforeEach(() => store.clear());

const lines = (count: number, of: (i: number) => Partial<LogRecord> = () => ({})): LogRecord[] =>
  Array.from({ length: count }, (_, i) =>
    aRecord({ timestamp: TEN_O_CLOCK + i * SECOND_US, body: `line ${i}`, ...of(i) }),
  );

const inBatches = (records: readonly LogRecord[], size: number): LogRecord[][] =>
  Array.from({ length: Math.ceil(records.length / size) }, (_, i) => records.slice(i * size, (i + 1) * size));

/** Runs `interrupt` once, in the midst of a read: after the first chunks were fetched. */
class InterruptedBudget extends ReadBudget {
  private isDone = false;

  constructor(private readonly interrupt: () => Promise<void>) {
    super(clock, 30_000_000, new AbortController().signal);
  }

  override async pause(): Promise<void> {
    await super.pause();
    if (this.isDone) return;
    this.isDone = true;
    await this.interrupt();
  }
}

describe('a read sees one moment', () => {
  it.each<[Order, string | null]>([
    ['desc', null],
    ['asc', null],
    ['desc', 'line'],
    ['asc', 'line'],
  ])('%s, q=%p: merged, added and removed chunks change nothing', async (order, q) => {
    const records = lines(600, (i) => ({ timestamp: TEN_O_CLOCK + i * MINUTE_US }));
    await store.add(...inBatches(records, 2));
    const merge = async () => {
      await store.clear();
      await store.add(...inBatches(records, 60));
      await store.add(lines(50, (i) => ({ timestamp: TEN_O_CLOCK + i * MINUTE_US, body: 'line added' })));
    };
    const filter: LogFilter = { ...EVERYTHING, text: q === null ? null : parseTextQuery(q) };
    const query = { ...QUERY, filter, order, limit: 5_000 };
    const page = await store.reader(clock).page(query, new InterruptedBudget(merge));
    const expected = order === 'asc' ? records : [...records].reverse();
    expect(page.records.map(({ body }) => body)).toEqual(expected.map(({ body }) => body));
    expect((await store.reader(clock).page(query, budget())).records).toHaveLength(650);
  });

  it('counts, too', async () => {
    const records = lines(1_500);
    await store.add(...inBatches(records, 1));
    const interrupt = () => store.clear();
    const counts = await store
      .reader(clock)
      .count(
        { filter: EVERYTHING, range: QUERY.range, groupBy: 'none', intervalFor: () => HOUR_US },
        new InterruptedBudget(interrupt),
      );
    expect(counts.groups.get('')).toEqual(new Map([[TEN_O_CLOCK, 1_500]]));
  });
});

describe('what a read asks the store', () => {
  const queries: [string, Partial<LogFilter>][] = [
    ['everything', {}],
    ['severities', { severities: ['error', 'fatal'] }],
    ['services', { services: ['shop', 'pay'] }],
    ['200 pairs', { services: Array.from({ length: 200 }, (_, i) => `s${i}`), severities: ['error'] }],
    ['more than 200 pairs', { services: Array.from({ length: 90 }, (_, i) => `s${i}`) }],
  ];

  it.each(queries)('%s: goes by an index and never sorts', async (_caption, change) => {
    const { db } = store.test;
    await store.add(lines(200, (i) => ({ service: `s${i % 100}`, severity: i % 3 === 0 ? 'error' : 'info' })));
    await db.command({ profile: 2, filter: { ns: `${store.test.name}.chunks`, op: { $in: ['query', 'getmore'] } } });
    const filter = { ...EVERYTHING, ...change };
    const range = { from: TEN_O_CLOCK - DAY_US, to: TEN_O_CLOCK + 90 * SECOND_US };
    const reader = store.reader(clock);
    for (const order of ['desc', 'asc'] as const) await reader.page({ ...QUERY, filter, range, order }, budget());
    await reader.count({ filter, range, groupBy: 'none', intervalFor: () => MINUTE_US }, budget());
    await db.command({ profile: 0 });
    const asked = await db
      .collection('system.profile')
      .find({ planSummary: { $exists: true } })
      .toArray();
    expect(asked.length).toBeGreaterThan(3);
    for (const { planSummary, hasSortStage } of asked) {
      expect(planSummary).toMatch(/^(IXSCAN|IDHACK)/);
      expect(hasSortStage).toBeUndefined();
    }
    await db.dropCollection('system.profile');
  });

  it('opens no block that cannot win, nor bodies of records out of range', async () => {
    await store.add(lines(500));
    await store.add(lines(500, (i) => ({ service: 'pay', timestamp: TEN_O_CLOCK + HOUR_US + i })));
    const spent = budget();
    const page = await store.reader(clock).page({ ...QUERY, limit: 10 }, spent);
    expect(page.records).toHaveLength(10);
    expect(spent.costs.recordsScanned).toBe(500);
  });
});

it.each<[Order, string | null]>([
  ['desc', null],
  ['asc', null],
  ['desc', 'line'],
  ['asc', 'line'],
])('%s, q=%p: merges more chunks than are fetched at once, all of one hour', async (order, q) => {
  const records = lines(600);
  await store.add(
    ...Array.from({ length: 300 }, (_, i) => [records[i], records[599 - i]].filter((r) => r !== undefined)),
  );
  const filter = { ...EVERYTHING, text: q === null ? null : parseTextQuery(q) };
  const page = await store.reader(clock).page({ ...QUERY, filter, order, limit: 1_000 }, budget());
  expect(page.records.map(({ body }) => body)).toEqual(
    (order === 'asc' ? records : [...records].reverse()).map(({ body }) => body),
  );
});

it('jumps over empty hours, however many', async () => {
  const far = Array.from({ length: 8 }, (_, i) =>
    aRecord({ timestamp: TEN_O_CLOCK - (i + 1) * 1_000 * HOUR_US, body: `${i}` }),
  );
  await store.add(far);
  const page = await store
    .reader(clock, 10_000)
    .page({ ...QUERY, range: { from: 0, to: null }, order: 'asc' }, budget());
  expect(page.records).toEqual([...far].reverse());
});

describe('a page of 16 MiB', () => {
  it('ends early, says so, and the next goes on', async () => {
    const body = 'x'.repeat(250 * 1024);
    const records = lines(80, (i) => ({ body: `${i} ${body}` }));
    await store.add(...inBatches(records, 4));
    const first = await store.reader(clock).page({ ...QUERY, limit: 5_000 }, budget());
    expect(first).toMatchObject({ isOutOfRoom: true, isOutOfTime: false });
    expect(Buffer.byteLength(JSON.stringify(first.records))).toBeLessThanOrEqual(MAX_PAGE_BYTES);
    expect(first.records.length).toBeGreaterThan(60);
    const second = await store.reader(clock).page({ ...QUERY, limit: 5_000, position: first.next }, budget());
    expect([...first.records, ...second.records].map(({ body: text }) => parseInt(text, 10))).toEqual(
      Array.from({ length: 80 }, (_, i) => 79 - i),
    );
    expect(second).toMatchObject({ isOutOfRoom: false, next: null });
  });

  it('counts what JSON adds: escapes of every character', async () => {
    await store.add(
      ...inBatches(
        lines(20, () => ({ body: '\u0001'.repeat(256 * 1024) })),
        1,
      ),
    );
    const page = await store.reader(clock).page({ ...QUERY, limit: 5_000 }, budget());
    expect(page.records).toHaveLength(10);
    expect(page.isOutOfRoom).toBe(true);
  });
});

describe('a page whose time is up', () => {
  /** Each look at the clock takes a millisecond. */
  const hurried = (timeLimit: number) => {
    let time = NOW;
    return new ReadBudget(() => (time += 1_000), timeLimit, new AbortController().signal);
  };

  it.each<[Order, string | null]>([
    ['desc', null],
    ['asc', null],
    ['desc', 'rare'],
    ['asc', 'rare'],
    ['desc', 'absent'],
  ])('%s, q=%p: tells so, holds what was found, and those after it hold all the rest', async (order, q) => {
    const records = lines(400, (i) => ({
      timestamp: TEN_O_CLOCK + Math.floor(i / 8) * MINUTE_US * 7,
      body: i % 50 === 0 ? `rare ${i}` : `line ${i}`,
    }));
    await store.add(...inBatches(records, 2));
    const filter = { ...EVERYTHING, text: q === null ? null : parseTextQuery(q) };
    const expected = sortRecords(records.filter(({ body }) => q === null || body.startsWith(q)));
    const found: LogRecord[] = [];
    let partial = 0;
    let pages = 0;
    for (let position: PageQuery['position'] = null; pages === 0 || position !== null; pages++) {
      const page = await store.reader(clock).page({ ...QUERY, filter, order, position, limit: 5_000 }, hurried(10_000));
      found.push(...page.records);
      if (page.isOutOfTime) partial++;
      position = page.next;
      expect(page.isOutOfTime).toBe(position !== null);
      expect(pages).toBeLessThan(500);
    }
    expect(found.map(keyOf)).toEqual((order === 'asc' ? expected : expected.reverse()).map(keyOf));
    expect(partial).toBeGreaterThan(3);
  });
});

describe('a chunk that cannot be read', () => {
  it.each(['times', 'bodies', 'attributes'] as const)('%s: is told, and everything else is found', async (field) => {
    await store.add(lines(3, () => ({ service: 'sound', attributes: { k: 'v' } })));
    const broken = encodeChunk({ id: null, records: lines(3, () => ({ attributes: { k: 'v' } })) }, newId);
    const [block] = broken.blocks;
    await store.chunks.native.insertOne({
      ...broken,
      blocks: [{ ...block, [field]: new mongo.Binary(Buffer.from([9, 9])) }],
    });
    const filters = [
      EVERYTHING,
      { ...EVERYTHING, attributes: [{ name: 'k', values: ['v'] }], text: parseTextQuery('line') },
    ];
    for (const filter of filters) {
      const page = await store.reader(clock).page({ ...QUERY, filter }, budget());
      expect(page.records.map(({ service }) => service)).toEqual(['sound', 'sound', 'sound']);
      expect(page.damaged.map(({ message }) => message)).toEqual([expect.stringContaining(`: ${field}: `)]);
    }
  });

  it('is told by counts, too', async () => {
    const sound = encodeChunk({ id: null, records: lines(3) }, newId);
    const broken = {
      ...encodeChunk({ id: null, records: lines(3) }, newId),
      minutes: new mongo.Binary(Buffer.from([7])),
    };
    await store.chunks.native.insertMany([sound, broken]);
    const query = { filter: EVERYTHING, range: QUERY.range, groupBy: 'none' as const, intervalFor: () => HOUR_US };
    const counts = await store.reader(clock).count(query, budget());
    expect(counts.groups.get('')).toEqual(new Map([[TEN_O_CLOCK, 3]]));
    expect(counts.damaged.map(({ message }) => message)).toEqual([expect.stringContaining(': minutes: ')]);
  });
});

it('ends when nobody waits any more, and leaves no cursor behind', async () => {
  await store.add(...inBatches(lines(300), 1));
  const client = new AbortController();
  class Leaving extends ReadBudget {
    private pauses = 0;
    override async pause(): Promise<void> {
      if (++this.pauses === 3) client.abort();
      return super.pause();
    }
  }
  const leaving = new Leaving(clock, 30_000_000, client.signal);
  await expect(store.reader(clock).page({ ...QUERY, limit: 5_000 }, leaving)).rejects.toThrow(ReadAborted);
  expect(leaving.costs.recordsScanned).toBeLessThan(300);
  const ns = `${store.test.name}.chunks`;
  const idle = { $currentOp: { allUsers: true, idleCursors: true } };
  expect(await store.admin.aggregate([idle, { $match: { type: 'idleCursor', ns } }]).toArray()).toEqual([]);
});

describe('one record', () => {
  it('is found by its key, among others of its time and in whatever chunk', async () => {
    const records = [...lines(5), ...lines(5, () => ({ timestamp: TEN_O_CLOCK, severity: 'error' }))];
    await store.add(records);
    await store.add(lines(5));
    for (const record of records) expect(await store.reader(clock).record(keyOf(record), budget())).toEqual(record);
  });

  it('is found still when its chunk was merged', async () => {
    const records = lines(4);
    await store.add(...inBatches(records, 1));
    await store.clear();
    await store.add(records);
    for (const record of records) expect(await store.reader(clock).record(keyOf(record), budget())).toEqual(record);
  });

  it('is found although another chunk of its time cannot be read; what that one holds is not called absent', async () => {
    const record = aRecord({ body: 'sound' });
    const lost = aRecord({ body: 'lost' });
    const { blocks, ...broken } = encodeChunk({ id: null, records: [lost] }, newId);
    const bodies = new mongo.Binary(Buffer.from([9, 9]));
    for (const order of ['before', 'after']) {
      await store.clear();
      if (order === 'after') await store.add([record]);
      await store.chunks.native.insertOne({ ...broken, blocks: blocks.map((block) => ({ ...block, bodies })) });
      if (order === 'before') await store.add([record]);
      expect(await store.reader(clock).record(keyOf(record), budget())).toEqual(record);
      await expect(store.reader(clock).record(keyOf(lost), budget())).rejects.toThrow(ChunkUnreadable);
    }
  });

  it('is not found by another time, service, severity or content, nor past its expiry', async () => {
    const record = aRecord();
    await store.add([record]);
    const key = keyOf(record);
    const reader = store.reader(clock);
    for (const other of [
      { ...key, timestamp: key.timestamp + 1 },
      { ...key, service: 'pay' },
      { ...key, severity: 'error' as const },
      { ...key, contentHash: '0'.repeat(24) },
    ]) {
      expect(await reader.record(other, budget())).toBeNull();
    }
    expect(await reader.record(key, budget())).toEqual(record);
    const tenDaysOn = TEN_O_CLOCK + 10 * DAY_US;
    expect(await store.reader(() => tenDaysOn).record(key, budget())).toEqual(record);
    expect(await store.reader(() => tenDaysOn + 1).record(key, budget())).toBeNull();
  });
});
