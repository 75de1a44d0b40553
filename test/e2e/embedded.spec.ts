import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedHome, embeddedUrl } from '../support/embedded-process';
import { eventually } from '../support/eventually';
import { itWithPython } from '../support/it-with-python';
import { RoleProcess } from '../support/role-process';
import { type ApiRecord, ask, everyRecord } from '../support/search-client';

interface Histogram {
  readonly buckets: readonly { readonly total: number }[];
}

const DEMO = { SOURCE_DEMO: 'true', SOURCE_DEMO_RATE: '200' };
/** Records enough to be more than a moment's. */
const ENOUGH = 500;
/** Of text that cannot be compressed: some 3 MB. */
const REQUESTS = 20;
const LINES = 2_000;
const ROOT = join(__dirname, '../..');

let home: EmbeddedHome;
beforeEach(async () => {
  home = await EmbeddedHome.create();
});
afterEach(() => home.remove());

const count = async ({ url }: RoleProcess, range: Record<string, string>): Promise<number> => {
  const { buckets } = await ask<Histogram>(url, '/api/v1/logs/histogram', { ...range, interval: '1h' });
  return buckets.reduce((sum, { total }) => sum + total, 0);
};

/** A range of time of which everything is stored, with at least {@link ENOUGH} records. */
async function storedRange(program: RoleProcess): Promise<Record<string, string>> {
  const from = new Date(Date.now() - 3_600_000).toISOString();
  await eventually(async () => (await count(program, { from })) >= ENOUGH, { describe: 'logs of the demo' });
  const to = new Date().toISOString();
  const isStored = async (): Promise<boolean> => {
    const { completeness } = await ask<{ completeness: { storedUntil: string | null } }>(program.url, '/api/v1/logs');
    return completeness.storedUntil !== null && completeness.storedUntil > to;
  };
  await eventually(isStored, { describe: 'all of the range being stored' });
  return { from, to };
}

async function idsAndCount(program: RoleProcess, range: Record<string, string>): Promise<[string[], number]> {
  const records: ApiRecord[] = await everyRecord(program.url, { ...range, limit: '5000' });
  return [records.map(({ id }) => id), await count(program, range)];
}

describe('a machine without RabbitMQ and MongoDB', () => {
  it('has a program that tells of its embedded servers, and whose logs are found, in the API and in its documentation', async () => {
    const program = await home.start(DEMO);
    const lines = program.logs.filter(({ msg }) => msg?.startsWith('embedded'));
    expect(lines.map(({ level }) => level)).toEqual(['info', 'info', 'info', 'warn', 'info']);
    await storedRange(program);
    const docs = await fetch(`${program.url}/docs`);
    expect([docs.status, await docs.text()]).toEqual([200, expect.stringContaining('swagger-ui')]);
    expect(await program.stop()).toBe(0);
    expect(program.logs.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
  });

  it('keeps what was stored over an orderly stop, and what was saved over a kill', async () => {
    const first = await home.start(DEMO);
    const range = await storedRange(first);
    const stored = await idsAndCount(first, range);
    expect(stored[0].length).toBeGreaterThanOrEqual(ENOUGH);
    await first.stop();

    const second = await home.start(DEMO);
    expect(await idsAndCount(second, range)).toEqual(stored);
    await second.kill();

    const third = await home.start();
    expect(await idsAndCount(third, range)).toEqual(stored);
    await third.stop();
    expect((await readdir(home.folder)).sort()).toEqual(['embedded-broker.saved', 'embedded-store.saved']);
  });

  it('lets a second process of another role use the servers of the first', async () => {
    const first = await home.start({ ...DEMO, EMBEDDED: 'rabbitmq,mongodb', NODE_ENV: 'production' });
    const range = await storedRange(first);
    const search = await home.start({ MONGODB_URI: embeddedUrl(first, 'MongoDB') }, 'search');
    expect(await idsAndCount(search, range)).toEqual(await idsAndCount(first, range));
    await search.stop();
    await first.stop();
  });

  it('gives up the oldest records when it holds all that it may, and says so', async () => {
    const program = await home.start({ EMBEDDED_MAX_MB: '1' });
    for (let request = 0; request < REQUESTS; request++) {
      const lines = Array.from({ length: LINES }, () => `request-${request} ${randomBytes(75).toString('base64')}`);
      const answer = await fetch(`${program.url}/ingest?service=noise`, { method: 'POST', body: lines.join('\n') });
      expect(answer.status).toBe(200);
    }
    const found = (request: number): Promise<number> => count(program, { q: `"request ${request}"`, from: '1h' });
    await eventually(async () => (await found(REQUESTS - 1)) === LINES, { describe: 'the newest records' });
    expect(await found(0)).toBe(0);
    const metrics = await (await fetch(`${program.url}/metrics`)).text();
    expect(metrics).toMatch(/^logwarren_embedded_chunks_evicted_total [1-9]/m);
    expect(
      program.logs.filter(({ msg }) => msg?.includes('the oldest records go') && !msg.includes('mongodb://')),
    ).toEqual([expect.objectContaining({ level: 'warn' })]);
    await program.stop();
  });

  itWithPython('pika')('takes logs from pika, where Python has it (pip install pika)', async () => {
    const program = await home.start();
    const url = embeddedUrl(program, 'RabbitMQ');
    const script = join(__dirname, 'publish_with_pika.py');
    await promisify(execFile)('python3', [script, url, 'logs_exchange', 'pika.error', 'hello from Python']);
    const found = async (): Promise<ApiRecord | undefined> => (await everyRecord(program.url, { q: 'Python' }))[0];
    expect(await eventually(found)).toMatchObject({ service: 'pika', severity: 'error', body: 'hello from Python' });
    await program.stop();
  });
});

describe('npm start', () => {
  it('hands a signal on to the program, which ends in order', async () => {
    const env = { PATH: process.env.PATH, HOME: home.folder, DATA_DIR: home.folder, PORT: '0' };
    const child = spawn('npm', ['start'], { cwd: ROOT, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const npm = new RoleProcess('all, by npm', child);
    const hasTold = (begin: string): boolean => npm.logs.some(({ msg }) => msg?.startsWith(begin));
    try {
      await eventually(() => hasTold('started: '), { timeoutMs: 40_000, describe: 'the start' });
      child.kill('SIGTERM'); // npm alone, as a supervisor does; Ctrl-C would reach them all
      await eventually(() => hasTold('stopped'), { describe: 'the end of the program' });
      await npm.exited;
    } finally {
      if (npm.exitCode === null && npm.signal === null) process.kill(-npm.pid, 'SIGKILL'); // with all that it started
    }
    expect(await readdir(home.folder)).toContain('embedded-store.saved');
  });
});

describe('a stop in the middle of a start', () => {
  it('waits for what is being opened, saves, and ends in order', async () => {
    const env = { PATH: process.env.PATH, HOME: home.folder, DATA_DIR: home.folder, PORT: '0' };
    const child = spawn(process.execPath, ['dist/main.js'], { cwd: ROOT, env, stdio: ['pipe', 'pipe', 'pipe'] });
    const program = new RoleProcess('all, told to end at once', child);
    const isOpening = (): boolean => program.logs.some(({ connection }) => connection === 'monitor'); // the last part
    await eventually(isOpening, { timeoutMs: 40_000, describe: 'the last part being opened' });
    expect(await program.stop()).toBe(0);
    expect(program.logs.at(-1)?.msg).toBe('stopped');
    expect(await readdir(home.folder)).toContain('embedded-store.saved');
  });
});

describe('embedded servers are refused', () => {
  it.each<[string, Record<string, string>, string, RegExp]>([
    [
      'in production',
      { NODE_ENV: 'production' },
      '',
      /ended with 2[^]*RABBITMQ_URL: not set, .*production.*\n.*MONGODB/,
    ],
    ['to a source alone', {}, 'source', /ended with 2[^]*RABBITMQ_URL: not set, and ROLE is not all/],
    ['to a search alone', {}, 'search', /ended with 2[^]*MONGODB_URI: not set, and ROLE is not all/],
  ])('%s', async (_caption, env, role, problem) => {
    await expect(home.start(env, role)).rejects.toThrow(problem);
  });

  it('to a second process that would keep its data in the same folder', async () => {
    const first = await home.start();
    await expect(home.start()).rejects.toThrow(
      `DATA_DIR: the embedded servers of process ${first.pid} keep their data`,
    );
    await first.stop();
  });
});
