import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderInUse, holdFolder } from './folder-lock';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'logwarren-lock-')), 'made');
  path = join(folder, 'embedded.lock');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

/** The id of a process that was, and is no more. */
const goneProcess = (): number => spawnSync(process.execPath, ['-e', '']).pid;

describe('holdFolder', () => {
  it('makes the folder, and leaves nothing behind when it is released', async () => {
    const held = await holdFolder(folder);
    expect(await readdir(folder)).toEqual(['embedded.lock']);
    await held.close();
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a second holder, naming the first and what to do, until it is released', async () => {
    const held = await holdFolder(folder);
    const second = holdFolder(folder);
    await expect(second).rejects.toThrow(FolderInUse);
    await expect(second).rejects.toThrow(`servers of process ${process.pid} keep their data in ${folder}; stop it,`);
    await held.close();
    await (await holdFolder(folder)).close();
  });

  it('takes over from a process that is gone', async () => {
    await (await holdFolder(folder)).close();
    await writeFile(path, `${goneProcess()} 1\n`);
    const held = await holdFolder(folder);
    expect(await readFile(path, 'utf8')).toMatch(new RegExp(`^${process.pid}\\b`));
    expect(await readdir(folder)).toEqual(['embedded.lock']);
    await held.close();
  });

  it('takes over from a process whose id another one has now', async () => {
    await (await holdFolder(folder)).close();
    await writeFile(path, `${process.pid} 1\n`);
    await (await holdFolder(folder)).close();
  });

  it.each(['', 'x', '-1 2\n', '0\n'])('takes over from what names nobody: %j', async (text) => {
    await (await holdFolder(folder)).close();
    await writeFile(path, text);
    await (await holdFolder(folder)).close();
  });

  it('names the folder and what to do where it cannot be written to', async () => {
    await writeFile(folder, 'a file');
    const held = holdFolder(join(folder, 'data'));
    await expect(held).rejects.toThrow(
      /^DATA_DIR: nothing can be saved in .*data: .*ENOTDIR.*; change that, or set DATA_DIR/,
    );
  });

  it('gives it to one of many that take over at once', async () => {
    await (await holdFolder(folder)).close();
    await writeFile(path, `${goneProcess()} 1\n`);
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => holdFolder(folder)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});
