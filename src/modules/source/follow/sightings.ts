import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isBarred, isGone } from './error-code';
import { factsOf, type FileFacts } from './file-content';

/** A file as it was seen at a path. */
export interface Sighting {
  readonly path: string;
  readonly facts: FileFacts;
}

/**
 * The regular files at these paths, each once, whatever many names it has; what is gone meanwhile is left out.
 *
 * @param onFailure told of what cannot be looked at, which is left out too, unless it throws.
 */
export async function sight(
  paths: readonly string[],
  onFailure: (path: string, error: unknown) => void,
): Promise<Sighting[]> {
  const sightings = new Map<string, Sighting>();
  for (const path of paths) {
    const facts = await factsAt(path, onFailure);
    if (facts?.isRegular === true && !sightings.has(facts.inode)) sightings.set(facts.inode, { path, facts });
  }
  return [...sightings.values()];
}

/** Files may be renamed while a folder is looked through, and so be missed: it is done again until nothing has changed. */
const MOST_LOOKS = 5;

/** The regular files in the folders of these paths, as far as we may look: what we may not, we could not read either. */
export async function sightAround(paths: Iterable<string>): Promise<Sighting[]> {
  const folders = new Set([...paths].map(dirname));
  const look = async (): Promise<Sighting[]> =>
    sight((await Promise.all(Array.from(folders, pathsIn))).flat(), throwUnlessBarred);
  let before = await look();
  for (let looks = 1; looks < MOST_LOOKS; looks++) {
    const now = await look();
    if (namesOf(now) === namesOf(before)) break;
    before = now;
  }
  return before;
}

function namesOf(sightings: readonly Sighting[]): string {
  return sightings.map(({ path, facts }) => `${facts.inode} ${path}\n`).join('');
}

async function pathsIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort().map((name) => join(folder, name));
  } catch (error) {
    if (!isGone(error)) throwUnlessBarred(folder, error);
    return [];
  }
}

/** A system has links beside its logs that lead into folders of others. */
function throwUnlessBarred(_path: string, error: unknown): void {
  if (!isBarred(error)) throw error;
}

async function factsAt(path: string, onFailure: (path: string, error: unknown) => void): Promise<FileFacts | null> {
  try {
    return factsOf(await stat(path, { bigint: true }));
  } catch (error) {
    if (!isGone(error)) onFailure(path, error);
    return null;
  }
}
