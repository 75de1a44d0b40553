import { ROLES, type Role } from '../../src/config/roles';
import { LOG_QUEUE } from '../../src/messaging/topology';
import { TestBroker } from '../support/broker';
import { TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { type RoleProcess, startRole } from '../support/role-process';
import { everyRecord } from '../support/search-client';

/** What `docker compose up --scale` starts. */
const INSTANCES: Readonly<Record<Role, number>> = { source: 2, collector: 3, monitoring: 2, search: 2, retention: 2 };
const RECORDS_EACH = 10_000;
const LINES_A_REQUEST = 500;
const START_MS = 90_000;

describe('several processes of every role at once', () => {
  let broker: TestBroker;
  let database: TestDatabase;
  const processes = new Map<Role, readonly RoleProcess[]>();
  const of = (role: Role): readonly RoleProcess[] => processes.get(role) ?? [];
  const all = (): RoleProcess[] => [...processes.values()].flat();

  beforeAll(async () => {
    [broker, database] = await Promise.all([TestBroker.create(), TestDatabase.create()]);
    const env = { RABBITMQ_URL: broker.url, MONGODB_URI: database.uri };
    const start = async (role: Role): Promise<void> => {
      const starting = Array.from({ length: INSTANCES[role] }, () => startRole({ role, env, timeoutMs: START_MS }));
      processes.set(role, await Promise.all(starting));
    };
    await Promise.all(ROLES.map(start));
  }, 2 * START_MS);

  afterAll(async () => {
    await Promise.all(all().flatMap((one) => (one.running ? [one.stop()] : [])));
    await Promise.all([broker.close(), database.close()]);
  });

  /** Sends numbered lines, and an error now and then for the monitors; resolves once the source has said yes to all. */
  async function send(source: RoleProcess, name: string): Promise<string[]> {
    const bodies = Array.from({ length: RECORDS_EACH }, (_, i) => `${name}-${i}`);
    for (let at = 0; at < bodies.length; at += LINES_A_REQUEST) {
      const time = new Date().toISOString();
      const lines = bodies.slice(at, at + LINES_A_REQUEST).map((body, i) => {
        return `${time} service-${i % 7} ${i % 50 === 0 ? 'error' : 'info'} ${body}`;
      });
      const answer = await fetch(`${source.url}/ingest`, { method: 'POST', body: lines.join('\n') });
      expect([answer.status, await answer.json()]).toEqual([200, { accepted: lines.length, rejected: 0, errors: [] }]);
    }
    return bodies;
  }

  it('say at their start what each consumes, and where it can be used', () => {
    const told = (role: Role, pattern: RegExp): number[] =>
      of(role).map(({ logs }) => logs.filter(({ msg }) => pattern.test(msg ?? '')).length);
    expect(told('collector', /^collect <- \w+ <- \w+ .*prefetch=100$/)).toEqual([2, 2, 2]);
    expect(
      told('monitoring', /^monitor <- MonitoringQueue <- logs_exchange \[#\.warn #\.error .*automatic ack$/),
    ).toEqual([1, 1]);
    expect(told('search', /^started: search http:\/\/127\.0\.0\.1:\d+\/api\/v1\/logs, docs .*\/docs,/)).toEqual([1, 1]);
    expect(told('source', /^started: ingest http:\/\/127\.0\.0\.1:\d+\/ingest, docs /)).toEqual([1, 1]);
  });

  it('find what two sources took in once, through either search, after three collectors stored it', async () => {
    const sent = (await Promise.all(of('source').map((source, i) => send(source, `source${i}`)))).flat();
    const expected = [...sent].sort();
    for (const { url } of of('search')) {
      const found = await eventually(
        async () => {
          const records = await everyRecord(url, { from: '1h', limit: '5000' });
          return records.length >= sent.length && records;
        },
        { timeoutMs: 60_000, intervalMs: 500, describe: 'all records found' },
      );
      expect(found.map(({ body }) => body).sort()).toEqual(expected);
      expect(new Set(found.map(({ id }) => id)).size).toBe(sent.length);
    }
    expect(await broker.depth(LOG_QUEUE)).toBe(0);
    const stored = await Promise.all(of('collector').map((one) => metric(one, 'logwarren_records_stored_total')));
    expect(stored.reduce((sum, count) => sum + count, 0)).toBe(sent.length);
    expect(stored.filter((count) => count === 0)).toEqual([]);
  });

  it('each end in order, and say what they drained', async () => {
    const codes = await Promise.all(all().map((one) => one.stop()));
    expect(codes).toEqual(codes.map(() => 0));
    for (const one of all()) {
      expect([one.role, one.logs.at(-1)?.msg]).toEqual([one.role, 'stopped']);
      expect(one.logs.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
    }
    const drained = (role: Role, what: string): number[] =>
      of(role).map(({ logs }) => logs.filter(({ msg }) => msg?.startsWith(`drained: ${what}`)).length);
    expect(drained('source', 'the broker has confirmed all')).toEqual([1, 1]);
    expect(drained('collector', 'all that was in hand is stored')).toEqual([1, 1, 1]);
    expect(drained('search', 'the requests in hand were answered')).toEqual([1, 1]);
  });
});

async function metric({ url }: RoleProcess, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}
