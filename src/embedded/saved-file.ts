import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * One file that is either whole or absent. It is written under another name, flushed to the disk, and renamed into its
 * place, so that a process that ends in between leaves the file of before. Its last 32 bytes are the SHA-256 of all
 * others: a file that was cut or changed is told from a whole one before anything of it is believed.
 */
const DIGEST_BYTES = 32;
const READ_BYTES = 1024 * 1024;
/** What is written at once; smaller pieces are gathered, so that a million documents are not a million writes. */
const WRITE_BYTES = 1024 * 1024;

/** The file is there, but it is not what was written. */
export class SavedFileDamaged extends Error {
  override readonly name = 'SavedFileDamaged';
}

/** Writes the chunks, one after the other, in place of the file of before; its folder is made where it is missing. */
export async function saveFile(path: string, chunks: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.new`;
  try {
    await writeWhole(beside, chunks);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

/**
 * The bytes of the file, some at a time; null where there is no file. The whole of it is read and checked before the
 * first of them is given. Rejects with {@link SavedFileDamaged}.
 */
export async function openSaved(path: string): Promise<AsyncIterable<Buffer> | null> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
  try {
    const size = (await file.stat()).size - DIGEST_BYTES;
    if (size < 0) throw new SavedFileDamaged(`${path}: too short to be whole`);
    await checkDigest(file, path, size);
    return contents(path, size);
  } finally {
    await file.close();
  }
}

/** Gives a file that cannot be used a name of its own beside it, so that nothing overwrites it; resolves to that name. */
export async function setAside(path: string, now: Date): Promise<string> {
  const aside = `${path}.unusable-${now.toISOString().replaceAll(':', '-')}`;
  await rename(path, aside);
  return aside;
}

async function writeWhole(path: string, chunks: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
  const digest = createHash('sha256');
  const file = await open(path, 'w');
  try {
    for await (const piece of gathered(chunks)) {
      digest.update(piece);
      await writeAll(file, piece);
    }
    await writeAll(file, digest.digest());
    await file.sync();
  } finally {
    await file.close();
  }
}

async function* gathered(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
  let some: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    some.push(chunk);
    bytes += chunk.length;
    if (bytes < WRITE_BYTES) continue;
    yield Buffer.concat(some, bytes);
    some = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(some, bytes);
}

/** A write to a file may take less than it was given. */
async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += (await file.write(bytes, written)).bytesWritten;
  }
}

/** By its code alone: an error of Node is not always an instance of the Error that this module sees (as under Jest). */
function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}

async function checkDigest(file: FileHandle, path: string, size: number): Promise<void> {
  const digest = createHash('sha256');
  for await (const bytes of contents(path, size)) digest.update(bytes);
  const expected = Buffer.alloc(DIGEST_BYTES);
  await file.read(expected, 0, DIGEST_BYTES, size);
  if (!digest.digest().equals(expected)) throw new SavedFileDamaged(`${path}: its checksum is not that of its bytes`);
}

async function* contents(path: string, size: number): AsyncGenerator<Buffer> {
  if (size === 0) return;
  const stream: AsyncIterable<Buffer> = createReadStream(path, { end: size - 1, highWaterMark: READ_BYTES });
  yield* stream;
}

/** The new name is on the disk only once its folder is. Windows cannot open folders, and has no need to. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
