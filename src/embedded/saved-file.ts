import { open, readFile, rename, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Replaces the file, or leaves it as it was: written beside it, flushed to the disk, renamed. */
export async function saveFile(path: string, chunks: Iterable<Buffer>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.new`;
  const file = await open(beside, 'w');
  try {
    for (const chunk of chunks) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}

/** The file's bytes; null if there is none. */
export async function readSaved(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
