import { appendFileSync, renameSync, truncateSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { TestBroker } from '../support/broker';
import { TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { type RoleProcess, startRole } from '../support/role-process';
import { storedCount, storedRecords } from '../support/stored-records';

const MINUTE_MS = 60_000;
const ROTATIONS = 25;
const LINES_A_STEP = 400;

describe('files that are followed, over real services', () => {
  let broker: TestBroker;
  let database: TestDatabase;
  let folder: string;
  let collector: RoleProcess;
  let source: RoleProcess | null = null;

  beforeEach(async () => {
    [broker, database] = await Promise.all([TestBroker.create(), TestDatabase.create()]);
    folder = await mkdtemp(join(tmpdir(), 'followed-'));
    collector = await startRole({ role: 'collector', env: env() });
  });
  afterEach(async () => {
    await Promise.all([source?.running === true ? source.stop() : null, collector.stop()]);
    await Promise.all([broker.close(), database.close()]);
    await rm(folder, { recursive: true });
  });

  const env = (more: Record<string, string> = {}): Record<string, string> => ({
    RABBITMQ_URL: broker.url,
    MONGODB_URI: database.uri,
    DATA_DIR: join(folder, '.state'),
    ...more,
  });
  const startSource = async (): Promise<RoleProcess> =>
    (source = await startRole({ role: 'source', env: env({ SOURCE_FILES: join(folder, 'app.log') }) }));
  const stored = (count: number): Promise<unknown> =>
    eventually(async () => (await storedCount(database.db)) >= count, {
      timeoutMs: MINUTE_MS,
      describe: `${count} records stored`,
    });
  /** The bodies in the order of the records' times. */
  const bodies = async (): Promise<string[]> => {
    const records = await storedRecords(database.db);
    return records.sort((a, b) => a.timestamp - b.timestamp).map(({ body }) => body);
  };

  it(
    `a file that rotates ${ROTATIONS} times by rename under load, its source killed at random: each line once, in order`,
    async () => {
      const path = join(folder, 'app.log');
      const written: string[] = [];
      // One second for all: their order is that of the files alone. Some lines are written in two halves.
      const time = new Date().toISOString().slice(0, 19);
      const write = (count: number): void => {
        const texts = Array.from({ length: count }, () => `line ${written.push(`line ${written.length}`) - 1}`);
        const text = texts.map((body) => `${time}Z app INFO ${body}\n`).join('');
        appendFileSync(path, text.slice(0, -9));
        appendFileSync(path, text.slice(-9));
      };
      write(1);
      let alive = await startSource();
      await stored(1);
      let kills = 0;
      for (let rotation = 1; rotation <= ROTATIONS; rotation++) {
        const killAfter = rotation % 3 === 0 ? Math.floor(Math.random() * 5) : -1;
        for (let step = 0; step < 5; step++) {
          write(LINES_A_STEP);
          if (step === killAfter) {
            await alive.kill();
            kills++;
          } else await new Promise((resolve) => setTimeout(resolve, Math.random() * 40)); // the load
        }
        renameSync(path, `${path}.${rotation}`);
        write(1);
        if (!alive.running) alive = await startSource();
      }
      await stored(written.length);
      expect(kills).toBeGreaterThan(5);
      await alive.stop(); // what it may have sent twice comes before the end of the queue
      await eventually(async () => (await broker.depth('LogQueue')) === 0);
      expect(await bodies()).toEqual(written);
    },
    4 * MINUTE_MS,
  );

  it(
    'a file that is truncated while its source is caught up: each line once',
    async () => {
      const path = join(folder, 'app.log');
      const written: string[] = [];
      const write = (count: number): void => {
        for (let i = 0; i < count; i++) written.push(`line ${written.length}`);
        appendFileSync(path, `${written.slice(-count).join('\n')}\n`);
      };
      write(500);
      await startSource();
      for (let round = 0; round < 5; round++) {
        await stored(written.length);
        truncateSync(path);
        write(300 + round);
      }
      await stored(written.length);
      expect(await bodies()).toEqual(written);
    },
    MINUTE_MS,
  );

  it(
    'two sources with one state file: one reads, the other takes HTTP and goes on when the first is killed',
    async () => {
      const path = join(folder, 'app.log');
      const written: string[] = [];
      const write = (count: number): void => {
        for (let i = 0; i < count; i++) written.push(`line ${written.length}`);
        appendFileSync(path, `${written.slice(-count).join('\n')}\n`);
      };
      write(500);
      const first = await startSource();
      const second = await startSource();
      await stored(500);
      const standsBy = ({ msg }: { msg?: string }): boolean => msg?.includes('taking over when it ends') === true;
      expect([first, second].map(({ logs }) => logs.some(standsBy))).toEqual([false, true]);
      expect((await fetch(`${second.url}/ingest`, { method: 'POST', body: 'over HTTP' })).status).toBe(200);
      write(500);
      await first.kill();
      write(500);
      await stored(1 + written.length);
      await second.stop();
      await eventually(async () => (await broker.depth('LogQueue')) === 0);
      expect((await bodies()).filter((body) => body !== 'over HTTP')).toEqual(written);
    },
    MINUTE_MS,
  );

  it(
    'a request with an Idempotency-Key that is sent twice, to two sources: stored once',
    async () => {
      const first = await startSource();
      const second = await startRole({ role: 'source', env: env() });
      try {
        const lines = Array.from({ length: 3_000 }, (_, i) => `line ${i}`);
        const send = async (url: string, key: string): Promise<unknown> => {
          const init = { method: 'POST', body: lines.join('\n'), headers: { 'Idempotency-Key': key } };
          return (await fetch(`${url}/ingest`, init)).json();
        };
        const key = uuidv7();
        const answer = { accepted: lines.length, rejected: 0, errors: [] };
        expect(await Promise.all([first, second, first].map(({ url }) => send(url, key)))).toEqual([
          answer,
          answer,
          answer,
        ]);
        await stored(lines.length);
        expect(await send(first.url, uuidv7())).toEqual(answer);
        await stored(2 * lines.length); // by now the first tries have long been taken
        await eventually(async () => (await broker.depth('LogQueue')) === 0);
        const counts = new Map<string, number>();
        for (const body of await bodies()) counts.set(body, (counts.get(body) ?? 0) + 1);
        expect([...counts.values()].every((count) => count === 2)).toBe(true);
        expect(counts.size).toBe(lines.length);
      } finally {
        await second.stop();
      }
    },
    MINUTE_MS,
  );
});
