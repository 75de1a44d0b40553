import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isGone } from './error-code';
import { factsOf, type FileFacts } from './file-content';

/** A file as it was seen at a path. */
export interface Sighting {
  readonly path: string;
  readonly facts: FileFacts;
}

/** The regular files at these paths, each once, whatever many names it has; what is gone meanwhile is left out. */
export async function sight(paths: readonly string[]): Promise<Sighting[]> {
  const sightings = new Map<string, Sighting>();
  for (const path of paths) {
    const facts = await factsAt(path);
    if (facts?.isRegular === true && !sightings.has(facts.inode)) sightings.set(facts.inode, { path, facts });
  }
  return [...sightings.values()];
}

/** The regular files in the folders of these paths. */
export async function sightAround(paths: Iterable<string>): Promise<Sighting[]> {
  const folders = new Set([...paths].map(dirname));
  const found: string[] = [];
  for (const folder of folders) {
    try {
      found.push(...(await readdir(folder)).map((name) => join(folder, name)));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return sight(found);
}

async function factsAt(path: string): Promise<FileFacts | null> {
  try {
    return factsOf(await stat(path, { bigint: true }));
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}
