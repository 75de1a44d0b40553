import { DAY_US } from '../../src/log/timestamp';
import { CHUNKS } from '../../src/storage/chunk';
import { systemClock } from '../../src/telemetry/telemetry.module';
import { TestBroker } from '../support/broker';
import { TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { type RoleProcess, startRole } from '../support/role-process';
import { ask, everyRecord } from '../support/search-client';
import { chunksOf } from '../support/search-store';
import { aRecord } from '../support/storage';
import { storedCount } from '../support/stored-records';

const MINUTE_MS = 60_000;
/** Chunks of a record each; removing them takes some seconds. */
const EXPIRED = 30_000;
const KEPT = 50;

interface Receipts {
  readonly receipts: readonly {
    readonly state: string;
    readonly total: { readonly chunks: number; readonly records: number };
    readonly groups: readonly { readonly service: string; readonly severity: string; readonly records: number }[];
  }[];
}

describe('two retention processes, one of them killed in the middle of a run', () => {
  let broker: TestBroker;
  let database: TestDatabase;
  const running: RoleProcess[] = [];

  beforeEach(async () => {
    [broker, database] = await Promise.all([TestBroker.create(), TestDatabase.create()]);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).flatMap((role) => (role.running ? [role.stop()] : [])));
    await Promise.all([broker.close(), database.close()]);
  });

  async function start(role: string): Promise<RoleProcess> {
    const env = { RABBITMQ_URL: broker.url, MONGODB_URI: database.uri, RETENTION_RULES: 'severity=debug:2' };
    const started = await startRole({ role, env });
    running.push(started);
    return started;
  }

  /** Debug records of three days ago, which have expired, and info records of the same time, which have not. */
  async function fill(): Promise<void> {
    const time = systemClock() - 3 * DAY_US;
    const chunks = database.db.collection(CHUNKS);
    for (let i = 0; i < EXPIRED; i += 5_000) {
      const batch = Array.from({ length: 5_000 }, (_, j) => aRecord({ severity: 'debug', timestamp: time + i + j }));
      await chunks.insertMany(batch.flatMap((record) => chunksOf([record])) as object[], { ordered: false });
    }
    const kept = Array.from({ length: KEPT }, (_, i) => aRecord({ timestamp: time + i, body: `kept ${i}` }));
    await chunks.insertMany(kept.flatMap((record) => chunksOf([record])) as object[]);
  }

  it(
    'remove what has expired between them, with receipts for exactly that, and no search ever shows any of it',
    async () => {
      const search = await start('search'); // makes the collections
      await fill();
      let isOver = false;
      const searching = (async () => {
        let searches = 0;
        for (; !isOver; searches++) {
          const found = await everyRecord(search.url, { from: '5d', limit: '1000' });
          expect(found.map(({ severity }) => severity)).toEqual(Array.from({ length: KEPT }, () => 'info'));
        }
        return searches;
      })();
      try {
        const retention = await Promise.all([start('retention'), start('retention')]);
        const survivor = await eventually(() =>
          retention.find(({ logs }) => logs.some(({ msg }) => msg?.includes('standing by'))),
        );
        const receipts = async (): Promise<Receipts['receipts']> =>
          (await ask<Receipts>(search.url, '/api/v1/retention/receipts')).receipts;
        await eventually(async () => ((await receipts())[0]?.total.chunks ?? 0) > 0, { intervalMs: 5 });
        await Promise.all(retention.filter((one) => one !== survivor).map((victim) => victim.kill()));
        const [atDeath] = await receipts();
        expect(atDeath?.state).toBe('running');
        expect(atDeath?.total.chunks).toBeLessThan(EXPIRED);

        await eventually(async () => (await receipts()).some(({ state }) => state === 'completed'), {
          timeoutMs: 2 * MINUTE_MS,
          describe: 'the other process has taken over and completed a run',
        });
        const all = await receipts();
        expect(all.map(({ state }) => state)).toEqual(['completed', 'interrupted']);
        for (const { total, groups } of all) {
          expect(groups).toMatchObject([{ service: 'shop', severity: 'debug', records: total.records }]);
        }
        expect(all[0].total.records + all[1].total.records).toBe(EXPIRED);
        expect(await storedCount(database.db)).toBe(KEPT);
        const metrics = await (await fetch(`${survivor.url}/metrics`)).text();
        expect(metrics).toMatch(/^logwarren_retention_takeovers_total(\{.*\})? 1$/m);
        expect(metrics).toMatch(/^logwarren_retention_runs_total\{outcome="completed".*\} 1$/m);
        expect(metrics).toMatch(new RegExp(`^logwarren_records_expired_total\\{.*\\} ${all[0].total.records}$`, 'm'));
      } finally {
        isOver = true;
      }
      expect(await searching).toBeGreaterThan(3);
    },
    4 * MINUTE_MS,
  );
});
