import { appendFileSync, statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { FileSourceFolder } from '../../../test/support/file-source-folder';
import { FileContent, type FileFacts } from './follow/file-content';

/** As they are before a test puts something in their place. */
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with the file that they are asked of
const { facts, read } = FileContent.prototype;

/** From now on the file that is at this path can no longer be looked at by who has it open, as where a server has lost it. */
function loseOpenFile(path: string): jest.SpyInstance {
  const { dev, ino } = statSync(path);
  return jest.spyOn(FileContent.prototype, 'facts').mockImplementation(async function (this: FileContent) {
    const found: FileFacts = await facts.call(this);
    if (found.inode !== `${dev}:${ino}`) return found;
    throw Object.assign(new Error('ESTALE: stale file handle, fstat'), { code: 'ESTALE' });
  });
}

/** From now on it cannot be read. */
function failToRead(path: string): jest.SpyInstance {
  const { dev, ino } = statSync(path);
  return jest.spyOn(FileContent.prototype, 'read').mockImplementation(async function (this: FileContent, ...range) {
    if ((await this.facts()).inode !== `${dev}:${ino}`) return read.apply(this, range);
    throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
  });
}

describe('a file that is open and can no longer be looked at', () => {
  const { path, follow } = new FileSourceFolder();
  let lost: jest.SpyInstance | undefined;
  afterEach(() => lost?.mockRestore());

  it('keeps no other from being followed where it is gone, and is let go of', async () => {
    await writeFile(path('a.log'), 'a1\n');
    const source = await follow('*.log');
    await source.read(1);
    lost = loseOpenFile(path('a.log'));
    await rm(path('a.log'));
    await writeFile(path('b.log'), 'b1\n');
    await source.read(2);
    await source.told('a file cannot be read');
    source.ahead += 11 * 60_000_000;
    await source.open(0);
  });

  it('keeps no other from being followed where it cannot be read', async () => {
    await writeFile(path('a.log'), 'a1\n');
    const source = await follow('*.log');
    await source.read(1);
    lost = failToRead(path('a.log'));
    appendFileSync(path('a.log'), 'a2\n');
    await source.told('a file cannot be read');
    await writeFile(path('b.log'), 'b1\n');
    await source.read(2);
    lost.mockRestore();
    await source.read(3);
    expect(source.bodies('a.log')).toEqual(['a1', 'a2']);
  });

  it('is read on once it can be looked at again, however long it was quiet', async () => {
    await writeFile(path('a.log'), 'a1\n');
    const source = await follow('*.log');
    await source.read(1);
    lost = loseOpenFile(path('a.log'));
    source.ahead += 6 * 60_000_000;
    await source.told('a file cannot be read');
    await writeFile(path('b.log'), 'b1\n');
    await source.read(2); // so its loop had its turn meanwhile
    lost.mockRestore();
    appendFileSync(path('a.log'), 'a2\n');
    await source.read(3);
    expect(source.bodies('a.log')).toEqual(['a1', 'a2']);
  });
});
