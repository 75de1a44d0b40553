import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import glob from 'fast-glob';
import { TestBroker } from '../support/broker';
import { TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { type RoleProcess, startRole } from '../support/role-process';
import { ask, everyRecord } from '../support/search-client';
import { storedCount } from '../support/stored-records';

const CORPORA = join(__dirname, '../../../shared/corpora');
const PATTERNS = ['loghub/*/*_2k.log', 'elastic-examples/*.log'].map((pattern) => join(CORPORA, pattern));
const FILES = existsSync(CORPORA) ? glob.sync(PATTERNS) : [];

/** CRLF ends a line as LF does; a last line without either counts. */
function linesOf(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split(/\r?\n/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

// The logs belong to others and stand beside the project, not in it: a clone of the project alone has none to read.
(FILES.length > 0 ? describe : describe.skip)('real logs, from SOURCE_FILES to the API', () => {
  const expected = new Map(FILES.map((path) => [basename(path), linesOf(path)]));
  let broker: TestBroker;
  let database: TestDatabase;
  let roles: RoleProcess[];
  let url: string;
  let folder: string;

  beforeAll(async () => {
    [broker, database] = await Promise.all([TestBroker.create(), TestDatabase.create()]);
    folder = await mkdtemp(join(tmpdir(), 'real-logs-'));
    const env = { RABBITMQ_URL: broker.url, MONGODB_URI: database.uri };
    const names = ['collector', 'search', 'source'] as const;
    const started = await Promise.all(
      names.map((role) =>
        startRole({
          role,
          env: { ...env, ...(role === 'source' ? { SOURCE_FILES: PATTERNS.join(','), DATA_DIR: folder } : {}) },
        }),
      ),
    );
    roles = started;
    url = started[names.indexOf('search')]?.url ?? '';
    const total = [...expected.values()].reduce((sum, lines) => sum + lines.length, 0);
    await eventually(async () => (await storedCount(database.db)) >= total, {
      timeoutMs: 30_000,
      describe: `${total} lines stored`,
    });
  });
  afterAll(async () => {
    await Promise.all(roles.map((role) => role.stop()));
    await Promise.all([broker.close(), database.close(), rm(folder, { recursive: true })]);
  });

  it.each([...expected])('%s: every line, in the order of the file', async (service, lines) => {
    const records = await everyRecord(url, { service, order: 'asc', limit: '1000' });
    expect(records.map(({ body }) => body)).toEqual(lines);
  });

  it.each([...expected])('%s: newest first is the same, backwards', async (service, lines) => {
    const records = await everyRecord(url, { service, limit: '700' });
    expect(records.map(({ body }) => body).reverse()).toEqual(lines);
  });

  it('counts a service as many records as its file has lines', async () => {
    const histogram: { buckets: { counts: Record<string, number> }[] } = await ask(url, '/api/v1/logs/histogram', {
      groupBy: 'service',
    });
    const counts = new Map<string, number>();
    for (const bucket of histogram.buckets) {
      for (const [service, count] of Object.entries(bucket.counts))
        counts.set(service, (counts.get(service) ?? 0) + count);
    }
    expect(Object.fromEntries(counts)).toEqual(
      Object.fromEntries([...expected].map(([service, lines]) => [service, lines.length])),
    );
  });

  it('finds a line by the words in it', async () => {
    const [service, lines] = [...expected].find(([name]) => name.startsWith('HDFS')) ?? ['', []];
    const block = /blk_-?\d+/.exec(lines[100] ?? '')?.[0] ?? '';
    const records = await everyRecord(url, { service, q: `"${block.replace('-', '')}"` });
    const hits = lines.filter((line) => line.includes(block));
    expect(hits.length).toBeGreaterThan(0);
    expect(records.map(({ body }) => body)).toEqual(expect.arrayContaining(hits));
  });
});
