import { ExpiryModule } from '../../src/expiry/expiry.module';
import { ReceiptLedger } from '../../src/expiry/receipt-ledger';
import { MAX_GROUPS } from '../../src/expiry/receipt-pages';
import type { ExpiredGroup } from '../../src/log/expired-group';
import { DAY_US, MINUTE_US } from '../../src/log/timestamp';
import { SearchModule } from '../../src/modules/search/search.module';
import { ChunkCollection } from '../../src/storage/chunk-collection';
import { ChunkExpiry } from '../../src/storage/expire';
import { StoreDatabase } from '../../src/storage/store-database';
import { systemClock } from '../../src/telemetry/telemetry.module';
import { TestDatabase } from '../support/database';
import { type HttpApp, startHttpApp } from '../support/http-app';
import { ask } from '../support/search-client';
import { chunksOf } from '../support/search-store';
import { aRecord } from '../support/storage';

interface Receipts {
  readonly receipts: readonly {
    readonly id: string;
    readonly groups: readonly object[];
    readonly otherGroups: number;
  }[];
  readonly nextCursor: string | null;
}
const RECEIPTS = '/api/v1/retention/receipts';
const PREVIEW = '/api/v1/retention/preview';
const NOTHING = { chunks: 0, records: 0, bytes: 0, from: null, to: null };
const STARTED = Date.UTC(2026, 10, 23) * 1_000;

let database: TestDatabase;
let app: HttpApp;
let ledger: ReceiptLedger;

async function start(env: Record<string, string> = {}): Promise<void> {
  const given = { MONGODB_URI: database.uri, RETENTION_RULES: 'severity=debug:2,service=audit:365', ...env };
  app = await startHttpApp([], given, [SearchModule, ExpiryModule]);
  ledger = app.app.get(ReceiptLedger, { strict: false });
}

beforeEach(async () => {
  database = await TestDatabase.create();
  await start();
});
afterEach(async () => {
  await app.close();
  await database.close();
});

const idOf = (number: number): string => `019ab3c4-d5e6-7f80-91a2-${String(number).padStart(12, '0')}`;
const POLICY = { days: 10, rules: [] };

/** A run that removed these, which need not have been there. */
async function aRun(number: number, removed: readonly ExpiredGroup[] = []): Promise<void> {
  const run = { id: idOf(number), startedAt: STARTED + number };
  await ledger.open({ ...run, runner: 'me', policy: POLICY });
  const { client } = app.app.get(StoreDatabase, { strict: false });
  await client.withSession((session) => session.withTransaction(async () => ledger.account(run, removed, session)));
}

describe('receipts', () => {
  it('are none at first', async () => {
    expect(await ask(app.url, RECEIPTS)).toEqual({ receipts: [], nextCursor: null });
  });

  it('tell of a run what it has removed so far, and how it ended', async () => {
    const group: ExpiredGroup = {
      ...{ service: 'shop', severity: 'info', chunks: 2, records: 30, bytes: 400 },
      ...{ from: STARTED - DAY_US, to: STARTED - DAY_US + 1 },
    };
    await aRun(1, [group]);
    const amounts = {
      ...{ chunks: 2, records: 30, bytes: 400 },
      ...{ from: '2026-11-22T00:00:00.000000Z', to: '2026-11-22T00:00:00.000001Z' },
    };
    const running = {
      id: idOf(1),
      state: 'running',
      startedAt: '2026-11-23T00:00:00.000001Z',
      finishedAt: null,
      error: null,
      policy: POLICY,
      total: amounts,
      groups: [{ service: 'shop', severity: 'info', ...amounts }],
      otherGroups: 0,
    };
    expect(await ask(app.url, RECEIPTS)).toEqual({ receipts: [running], nextCursor: null });
    await ledger.close(idOf(1), 'failed', STARTED + MINUTE_US, 'the store is full');
    const failed = {
      ...running,
      state: 'failed',
      finishedAt: '2026-11-23T00:01:00.000000Z',
      error: 'the store is full',
    };
    expect(await ask(app.url, RECEIPTS)).toEqual({ receipts: [failed], nextCursor: null });
  });

  it('add up whenever they are asked for, also in the midst of a run', async () => {
    await aRun(1);
    const { client } = app.app.get(StoreDatabase, { strict: false });
    const group = { service: 'shop', severity: 'info', chunks: 1, records: 2, bytes: 3, from: 1, to: 2 } as const;
    let isOver = false;
    const removing = (async () => {
      const run = { id: idOf(1), startedAt: STARTED + 1 };
      for (; !isOver;) {
        await client.withSession((session) =>
          session.withTransaction(async () => ledger.account(run, [group], session)),
        );
      }
    })();
    try {
      let last = 0;
      for (let asked = 0; asked < 100 || last < 10; asked++) {
        const { receipts }: Receipts = await ask(app.url, RECEIPTS);
        const { total, groups } = receipts[0] as unknown as { total: { chunks: number }; groups: { chunks: number }[] };
        expect(groups[0]?.chunks ?? 0).toBe(total.chunks);
        last = total.chunks;
      }
    } finally {
      isOver = true;
      await removing;
    }
  });

  it('come newest first, page by page, each once, whatever begins meanwhile', async () => {
    for (let number = 1; number <= 7; number++) await aRun(number);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Receipts = await ask(app.url, RECEIPTS, { limit: '3', ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.receipts.map(({ id }) => id));
      cursor = page.nextCursor;
      await aRun(100 + seen.length);
    } while (cursor !== null);
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1].map(idOf));
  });

  it('name the groups of most records, and say how many more there are', async () => {
    const groups = Array.from({ length: MAX_GROUPS + 5 }, (_, i): ExpiredGroup => ({
      ...{ service: `service ${i}`, severity: 'info', chunks: 1, records: i + 1, bytes: 9 },
      ...{ from: STARTED, to: STARTED },
    }));
    await aRun(1, groups);
    const { receipts }: Receipts = await ask(app.url, RECEIPTS);
    expect(receipts[0]?.groups).toHaveLength(MAX_GROUPS);
    expect(receipts[0]?.groups[0]).toMatchObject({ service: `service ${MAX_GROUPS + 4}`, records: MAX_GROUPS + 5 });
    expect(receipts[0]).toMatchObject({ otherGroups: 5, total: { chunks: MAX_GROUPS + 5 } });
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'cursor=1', 'cursor=abc', 'cursor=1YWJj', 'page=2'])(
    'refuse ?%s',
    async (query) => {
      const answer = await fetch(`${app.url}${RECEIPTS}?${query}`);
      expect([answer.status, await answer.json()]).toEqual([
        400,
        expect.objectContaining({ code: 'invalid_parameter' }),
      ]);
    },
  );
});

describe('the preview', () => {
  it('is nothing where nothing has expired, and names the policy', async () => {
    expect(await ask(app.url, PREVIEW)).toEqual({
      at: expect.stringMatching(/Z$/),
      policy: {
        days: 10,
        rules: [
          { service: null, severity: 'debug', days: 2 },
          { service: 'audit', severity: null, days: 365 },
        ],
      },
      total: NOTHING,
      groups: [],
      otherGroups: 0,
      partial: null,
    });
  });

  it('is what a run would remove, by service and severity, and removes nothing', async () => {
    const ago = (days: number): number => systemClock() - days * DAY_US;
    const records = [
      ...[3, 4, 11].map((days) => aRecord({ severity: 'debug', timestamp: ago(days) })),
      ...[3, 4, 11].map((days) => aRecord({ timestamp: ago(days) })),
      ...[11, 366].map((days) => aRecord({ service: 'audit', timestamp: ago(days) })),
    ];
    const chunks = app.app.get(ChunkCollection, { strict: false }).native;
    await chunks.insertMany(chunksOf(records));
    const preview = await ask<{ total: object; groups: object[] }>(app.url, PREVIEW);
    expect(preview.groups).toMatchObject([
      { service: 'shop', severity: 'debug', chunks: 3, records: 3 },
      { service: 'audit', severity: 'info', chunks: 1, records: 1 },
      { service: 'shop', severity: 'info', chunks: 1, records: 1 },
    ]);
    expect(preview.total).toMatchObject({ chunks: 5, records: 5 });
    expect(await chunks.countDocuments()).toBe(8);
  });

  it('says when the time was not enough', async () => {
    await app.close();
    await start({ SEARCH_TIME_LIMIT_MS: '10' });
    const expiry = app.app.get(ChunkExpiry, { strict: false });
    const group = {
      _id: chunksOf([aRecord()])[0]?._id,
      service: 'shop',
      severity: 'info',
      from: 1,
      to: 2,
      count: 3,
      bytes: 4,
    };
    jest.spyOn(expiry, 'expired').mockImplementation(async function* () {
      for (;;) yield [group] as never;
    });
    expect(await ask(app.url, PREVIEW)).toMatchObject({ partial: { reason: 'time_limit' } });
  });

  it('takes no parameters', async () => {
    expect((await fetch(`${app.url}${PREVIEW}?days=3`)).status).toBe(400);
  });
});
