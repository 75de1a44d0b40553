import { appendFileSync, readdirSync, readlinkSync, renameSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileSourceFolder } from '../../../test/support/file-source-folder';
import { MAX_OPEN } from './follow/open-files';

function openFilesUnder(folder: string): number {
  const links = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(join('/proc/self/fd', fd));
    } catch {
      return ''; // closed meanwhile
    }
  });
  return links.filter((link) => link.startsWith(folder)).length;
}

describe('files that are quiet, or too many', () => {
  const { path, follow } = new FileSourceFolder();

  it('closes a file that is quiet, and reads it on when it grows, is truncated or rotates', async () => {
    const age = 6 * 60_000_000;
    await writeFile(path('a.log'), 'a1\n');
    const source = await follow('a.log');
    await source.read(1);
    source.ahead += age;
    await source.open(0);
    appendFileSync(path('a.log'), 'a2\n');
    await source.read(2);
    await source.open(1);
    source.ahead += age;
    await source.open(0);
    await writeFile(path('a.log'), 'b1\n');
    await source.read(3);
    source.ahead += age;
    await source.open(0);
    appendFileSync(path('a.log'), 'b2\n');
    renameSync(path('a.log'), path('a.log.1'));
    await writeFile(path('a.log'), 'c1\n');
    await source.read(5);
    expect(source.bodies()).toEqual(['a1', 'a2', 'b1', 'b2', 'c1']);
  });

  it('does not forget a file that is there, however long it is quiet', async () => {
    await writeFile(path('a.log'), 'a1\n');
    const first = await follow('*.log');
    await first.read(1);
    first.ahead += 6 * 60_000_000;
    await first.open(0);
    first.ahead += 11 * 24 * 3_600_000_000; // longer than the retention
    await writeFile(path('b.log'), 'b1\n'); // when this is read, the files have been looked up since
    await first.read(2);
    await first.stop();
    appendFileSync(path('a.log'), 'a2\n');
    const second = await follow('*.log');
    await second.read(1);
    expect(second.bodies()).toEqual(['a2']);
  });

  it('reads more files than may be open, and each on as it grows', async () => {
    const count = MAX_OPEN + 100;
    const write = (line: string): void => {
      for (let i = 0; i < count; i++) appendFileSync(path(`${i}.log`), `${line} of ${i}\n`);
    };
    write('one');
    const source = await follow('*.log');
    let most = 0;
    const watching = setInterval(() => (most = Math.max(most, openFilesUnder(path('.')))), 100);
    try {
      await source.read(count);
      write('two');
      await source.read(2 * count);
    } finally {
      clearInterval(watching);
    }
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(MAX_OPEN + 10);
    expect(source.bodies('0.log')).toEqual(['one of 0', 'two of 0']);
    expect(new Set(source.bodies()).size).toBe(2 * count);
  });
});
