import type * as FilesModule from 'node:fs/promises';
import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { NEW_STREAM } from '../../../log/stream-clock';
import type { KnownFile, StateEntry } from './source-state';
import { StateJournal } from './state-journal';

const FILE: KnownFile = {
  id: 1,
  inode: '1:2',
  path: '/v/app.log',
  base: '/v/app.log',
  prefix: { length: 3, hash: 'x' },
  position: 0,
  clock: NEW_STREAM,
  after: null,
  foundAt: 1,
  seenAt: 1,
};
const CLOCK = { given: 5, repeats: 2, reading: null };
const block = (id: string, from: number, to: number): StateEntry => ({
  kind: 'block',
  file: 1,
  block: { id, from, to, time: 9, clock: NEW_STREAM, rules: { service: 's', zone: 'UTC', multiline: true } },
});
const done = (id: string): StateEntry => ({ kind: 'done', file: 1, block: id, clock: CLOCK });

/** The same object that the journal calls. */
const files = jest.requireActual<typeof FilesModule>('node:fs/promises');

describe('StateJournal', () => {
  let folder: string;
  let path: string;
  let damaged: number;
  const failures: unknown[] = [];
  const open = (): Promise<StateJournal> =>
    StateJournal.open(
      path,
      (lines) => (damaged = lines),
      (error) => failures.push(error),
    );
  const filled = async (...entries: StateEntry[]): Promise<void> => {
    const journal = await open();
    await Promise.all(entries.map((entry) => journal.append(entry, true)));
    await journal.close();
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'journal-'));
    path = join(folder, 'sub', 'state.ndjson');
    damaged = 0;
    failures.length = 0;
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
    expect(failures).toEqual([]);
  });

  it('knows after a restart how far files are and what is unfinished', async () => {
    await filled(
      { kind: 'file', file: FILE },
      block('a', 0, 10),
      block('b', 10, 20),
      block('c', 20, 30),
      done('a'),
      done('c'),
    );
    const journal = await open();
    const known = journal.state.files.get(1);
    expect(known?.file).toEqual({ ...FILE, position: 30, clock: CLOCK });
    expect([...(known?.unfinished.keys() ?? [])]).toEqual(['b']);
    expect(journal.state.nextId).toBe(2);
    await journal.close();
  });

  it('does not take the clock of a block that is not the last', async () => {
    await filled({ kind: 'file', file: FILE }, block('a', 0, 10), block('b', 10, 20), done('a'));
    const journal = await open();
    expect(journal.state.files.get(1)?.file).toMatchObject({ position: 20, clock: NEW_STREAM });
    await journal.close();
  });

  it('keeps how far a file is when other things about it change', async () => {
    await filled({ kind: 'file', file: FILE }, block('a', 0, 10), done('a'), {
      kind: 'file',
      file: { ...FILE, path: '/v/app.log.1' },
    });
    const journal = await open();
    expect(journal.state.files.get(1)?.file).toEqual({ ...FILE, path: '/v/app.log.1', position: 10, clock: CLOCK });
    await journal.close();
  });

  it('forgets', async () => {
    await filled({ kind: 'file', file: FILE }, block('a', 0, 10), { kind: 'forget', file: 1 });
    const journal = await open();
    expect(journal.state.files.size).toBe(0);
    await journal.close();
  });

  it('reads every beginning of a file that a crash cut off as the entries that are whole in it', async () => {
    await filled({ kind: 'file', file: FILE }, block('a', 0, 10), done('a'), block('b', 10, 20));
    const whole = await readFile(path);
    const lineEnds = [...whole.keys()].filter((i) => whole[i] === 0x0a);
    for (let length = 0; length <= whole.length; length += 7) {
      await writeFile(path, whole.subarray(0, length));
      const journal = await open();
      const entries = lineEnds.filter((end) => end <= length).length; // the last one may lack nothing but its end
      const known = journal.state.files.get(1);
      expect(known === undefined ? 0 : known.file.position).toBe([0, 0, 10, 10, 20][entries]);
      await journal.append(done('x'), true); // goes on, on a line of its own
      await journal.close();
      damaged = 0;
      await (await open()).close();
      expect(damaged).toBe(0);
    }
  });

  it('tells of lines that cannot be read, and uses the others', async () => {
    await mkdir(join(folder, 'sub'));
    const file = JSON.stringify({ kind: 'file', file: FILE });
    await writeFile(path, `${file}\n\0\0\0\n{"kind":"block","file":1}\n${JSON.stringify(block('a', 0, 10))}\n`);
    const journal = await open();
    expect(damaged).toBe(2);
    expect(journal.state.files.get(1)?.file.position).toBe(10);
    await journal.close();
  });

  it('is written anew when most of it is of no use any more', async () => {
    const journal = await open();
    await journal.append({ kind: 'file', file: FILE }, false);
    for (let i = 0; i < 30; i++) {
      const entries = Array.from({ length: 1_000 }, (_, j) => i * 1_000 + j);
      await Promise.all(
        entries.flatMap((n) => [journal.append(block(`b${n}`, n, n + 1), false), journal.append(done(`b${n}`), false)]),
      );
    }
    await journal.close();
    expect((await stat(path)).size).toBeLessThan(5 * 1024 * 1024);
    const again = await open();
    expect(again.state.files.get(1)?.file.position).toBe(30_000);
    expect(again.state.files.get(1)?.unfinished.size).toBe(0);
    await again.close();
    expect((await stat(path)).size).toBeLessThan(1_000);
  });

  it('is not written anew with every entry where all of it is of use', async () => {
    const journal = await open();
    const known = Array.from({ length: 20_000 }, (_, i): StateEntry => ({
      kind: 'file',
      file: { ...FILE, id: i + 1 },
    }));
    await Promise.all(known.map((file) => journal.append(file, false)));
    await journal.append(block('a', 0, 10), true); // after the file was written anew
    const { ino, size } = await stat(path);
    expect(size).toBeGreaterThan(4 * 1024 * 1024);
    await journal.append(done('a'), true);
    await journal.append(block('b', 10, 20), true);
    expect((await stat(path)).ino).toBe(ino);
    await journal.close();
  });

  it('goes on in the new file although the folder cannot be synced', async () => {
    const journal = await open();
    await journal.append({ kind: 'file', file: FILE }, false);
    const { open: openFile } = files;
    const failing = jest.spyOn(files, 'open').mockImplementation((...given) => {
      if (given[0] !== dirname(path)) return openFile(...given);
      return Promise.reject(Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' }));
    });
    const many = Array.from({ length: 40_000 }, (_, n) => [block(`b${n}`, n, n + 1), done(`b${n}`)]);
    await Promise.all(many.flat().map((entry) => journal.append(entry, false)));
    await journal.append(block('last', 40_000, 40_001), false);
    const written = await readFile(path, 'utf8'); // as after a crash, without an end in order
    expect(written).toContain('"id":"last"');
    const isOnDisk = journal.append(done('last'), true); // waits for the folder
    while (failures.length === 0) await new Promise((resolve) => setImmediate(resolve));
    failing.mockRestore();
    await isOnDisk;
    await journal.close();
    expect(failures.splice(0)).not.toEqual([]);
  });

  it('does not use what a crash left beside it', async () => {
    await filled({ kind: 'file', file: FILE });
    await appendFile(`${path}.new`, 'half a fi');
    const journal = await open();
    expect(journal.state.files.size).toBe(1);
    await journal.close();
  });

  it('writes nothing after its end', async () => {
    const journal = await open();
    await journal.close();
    void journal.append({ kind: 'file', file: FILE }, true);
    expect(await readFile(path, 'utf8')).toBe('');
  });
});
