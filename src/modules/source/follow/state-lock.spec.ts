import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { eventually } from '../../../../test/support/eventually';
import { holdStateFile, type StateLock } from './state-lock';

describe('holdStateFile', () => {
  let folder: string;
  let path: string;
  const listener = { waiting: () => undefined, unlocked: fail };

  function fail(error: unknown): never {
    throw error;
  }

  const hold = async (): Promise<StateLock> => {
    const lock = await holdStateFile(path, new AbortController().signal, listener);
    if (lock === null) throw new Error('it was not held');
    return lock;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'state-lock-'));
    path = join(folder, 'state.ndjson');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('lets one in at a time, whoever comes in whatever order, and each in the end', async () => {
    let inside = 0;
    let most = 0;
    const visit = async (): Promise<void> => {
      const lock = await hold();
      most = Math.max(most, ++inside);
      for (let turns = Math.random() * 20; turns > 0; turns--) await nextTurn();
      inside--;
      await lock.release();
    };
    await Promise.all(Array.from({ length: 40 }, visit));
    expect(most).toBe(1);
  });

  it('leaves nothing behind but the file of the latest turn', async () => {
    for (let i = 0; i < 5; i++) await (await hold()).release();
    expect(await readdir(folder)).toEqual(['state.ndjson.lock-5']);
  });

  it('tells who waits, once, and lets them go when they stop', async () => {
    const lock = await hold();
    const told: string[] = [];
    const impatient = new AbortController();
    const waiting = holdStateFile(path, impatient.signal, { ...listener, waiting: () => told.push('waiting') });
    await eventually(() => told.length > 0);
    impatient.abort();
    expect(await waiting).toBeNull();
    expect(told).toEqual(['waiting']);
    await lock.release();
  });

  it('holds a file in a folder however deep', async () => {
    path = join(folder, ...Array.from({ length: 10 }, () => 'a folder with a long name'), 'state.ndjson');
    const lock = await hold();
    await lock.release();
  });

  it('refuses a name that no socket can have', async () => {
    path = join(folder, 'x'.repeat(120));
    await expect(hold()).rejects.toThrow('too long a name');
  });

  it('holds nothing, and says so, where nothing can listen', async () => {
    path = '/proc/state.ndjson';
    const told: unknown[] = [];
    const unlocked = (error: unknown): number => told.push(error);
    const lock = await holdStateFile(path, new AbortController().signal, { ...listener, unlocked });
    expect([lock !== null, told.length]).toEqual([true, 1]);
    await lock?.release();
  });
});
