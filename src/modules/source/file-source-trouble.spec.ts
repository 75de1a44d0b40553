import { appendFileSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { type FileHandle, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { eventually } from '../../../test/support/eventually';
import { FileSourceFolder } from '../../../test/support/file-source-folder';
import { FileSourceLife } from '../../../test/support/file-source-life';
import { PREFIX_BYTES } from './follow/prefix';

describe('a FileSource in trouble', () => {
  const { path, follow } = new FileSourceFolder();

  it('takes up a file that follows one that rotated, although something beside it cannot be looked at', async () => {
    await writeFile(path('a.log'), 'a1\n');
    symlinkSync('loop', path('loop')); // ELOOP, as EACCES where a link leads into somebody else's folder
    const source = await follow('a.log');
    await source.read(1);
    renameSync(path('a.log'), path('a.log.1'));
    await writeFile(path('a.log'), 'b1\n');
    await source.read(2);
    expect(source.bodies()).toEqual(['a1', 'b1']);
  });

  it('finds beside a path that begins with a dot what came and rotated while it was down', async () => {
    await writeFile(path('a.log'), 'a1\n');
    const dotted = `./${relative('.', path('a.log'))}`;
    const first = await new FileSourceLife(path('.'), dotted).start();
    await first.read(1);
    await first.stop();
    renameSync(path('a.log'), path('a.log.2'));
    await writeFile(path('a.log.1'), 'b1\n');
    await writeFile(path('a.log'), 'c1\n');
    const second = await new FileSourceLife(path('.'), dotted).start();
    await eventually(() => second.bodies().includes('c1'));
    await second.stop();
    expect(second.bodies()).toEqual(['b1', 'c1']);
  });

  it('does not read an archive again of which no more than the header was there at first', async () => {
    const line = (i: number): string => `${new Date().toISOString()} event number-${i}\n`;
    const lines = line(0) + line(1);
    await writeFile(path('a.log'), lines);
    const source = await follow('a.log*');
    await source.read(2);
    const archive = gzipSync(lines);
    renameSync(path('a.log'), path('a.log.1'));
    await writeFile(path('a.log.1.gz'), archive.subarray(0, 10));
    await writeFile(path('a.log'), line(2));
    await source.read(3); // so all files were looked at
    appendFileSync(path('a.log.1.gz'), archive.subarray(10));
    await rm(path('a.log.1'));
    for (const i of [3, 4]) {
      await writeFile(path(`a.log.${i}`), line(i)); // seen in one look at all, read before the next is through
      await source.read(i + 1);
    }
    expect(source.bodies().map((body) => body.slice(-1))).toEqual(['0', '1', '2', '3', '4']);
  });

  it('tells that a folder is no file', async () => {
    await mkdir(path('logs'));
    await writeFile(path('logs/a.log'), 'a1\n');
    const source = await follow('logs');
    expect(await source.told('no file matches this pattern')).toMatchObject({ level: 'warn', pattern: path('logs') });
  });

  it('does not read its own state file, which would never end', async () => {
    await writeFile(path('a.log'), 'a1\n');
    const first = await follow('**/*');
    await first.read(1);
    await first.stop();
    await writeFile(path('b.log'), 'b1\n');
    const second = await follow('**/*');
    await second.read(1);
    appendFileSync(path('b.log'), 'b2\n');
    await second.read(2);
    await second.stop();
    expect([...first.bodies(), ...second.bodies()]).toEqual(['a1', 'b1', 'b2']);
  });

  it('stops although the state file cannot be written, and reads on after the next start', async () => {
    const long = 'a1 '.repeat(PREFIX_BYTES); // so that the next to be written down is the block of a2
    await writeFile(path('a.log'), `${long}\n`);
    const first = await follow('a.log');
    await first.read(1);
    await eventually(() => readFileSync(path('.state/source-files.ndjson'), 'utf8').includes('"done"'));
    const full = await diskIsFull(path('a.log'));
    try {
      appendFileSync(path('a.log'), 'a2\n');
      await first.told('the state file cannot be written');
      await first.stop();
    } finally {
      full.mockRestore();
    }
    expect(first.bodies()).toEqual([long]);
    const second = await follow('a.log');
    await second.read(1);
    expect(second.bodies()).toEqual(['a2']);
  });
});

/** From now on nothing can be written by an open file, of which this is any. */
async function diskIsFull(path: string): Promise<jest.SpyInstance> {
  const handle = await open(path);
  await handle.close();
  const error = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  return jest.spyOn(Object.getPrototypeOf(handle) as FileHandle, 'appendFile').mockRejectedValue(error);
}
