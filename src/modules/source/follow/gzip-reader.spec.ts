import { type FileHandle, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { GzipReader } from './gzip-reader';

const CONTENT = Buffer.from(Array.from({ length: 40_000 }, (_, i) => `line ${i} ${(i * 7919) % 104729}\n`).join(''));
const ARCHIVE = gzipSync(CONTENT);

describe('GzipReader', () => {
  let folder: string;
  let handle: FileHandle;
  let reader: GzipReader;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gzip-reader-'));
    await writeFile(join(folder, 'a.gz'), ARCHIVE);
    handle = await open(join(folder, 'a.gz'));
    reader = new GzipReader(handle);
  });
  afterEach(async () => {
    reader.stop();
    await handle.close();
    await rm(folder, { recursive: true });
  });

  it('gives the bytes at any offset, in any order', async () => {
    const reads = fc.array(fc.tuple(fc.nat(CONTENT.length + 10), fc.nat(200_000)), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(reads, async (given) => {
        for (const [from, count] of given) {
          expect((await reader.read(from, count)).equals(CONTENT.subarray(from, from + count))).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('inflates an archive once where each read begins a little before the end of the one before', async () => {
    const fromDisk = jest.spyOn(handle, 'read');
    const block = 100_000;
    for (let from = 0; from < CONTENT.length - block; from += block - 5_000) await reader.read(from, block);
    const bytes = (await Promise.all(fromDisk.mock.results.map(({ value }) => value as ReturnType<FileHandle['read']>)))
      .map(({ bytesRead }) => bytesRead)
      .reduce((sum, one) => sum + one, 0);
    expect(bytes).toBeLessThanOrEqual(ARCHIVE.length);
  });

  it('reads the same after the disk has failed', async () => {
    const step = 70_000;
    for (let from = 0; from + step < CONTENT.length; from += step) {
      const failing = jest
        .spyOn(handle, 'read')
        .mockRejectedValueOnce(Object.assign(new Error('EIO'), { code: 'EIO' }));
      const read = (): Promise<Buffer> => reader.read(from, step);
      const bytes = await read().catch(read);
      failing.mockRestore();
      expect({ from, isSame: bytes.equals(CONTENT.subarray(from, from + step)) }).toEqual({ from, isSame: true });
    }
  });
});
