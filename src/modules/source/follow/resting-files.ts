import type { FileFacts } from './file-content';
import type { Sighting } from './sightings';
import type { KnownFile } from './source-state';

interface Rest {
  readonly file: KnownFile;
  readonly facts: FileFacts;
}

/**
 * Files that were read to their end and closed since, because they were quiet or others needed their place. One that
 * changes is opened again as after a restart: known by its inode and its beginning, and read on from where it was left.
 */
export class RestingFiles {
  /** By inode. */
  private readonly resting = new Map<string, Rest>();

  get count(): number {
    return this.resting.size;
  }

  /** @param facts when it was closed. */
  add(file: KnownFile, facts: FileFacts): void {
    this.resting.set(facts.inode, { file, facts });
  }

  /** The file that was seen, if it rests and has not changed. */
  unchanged({ facts }: Sighting): KnownFile | null {
    const rest = this.resting.get(facts.inode);
    if (rest === undefined) return null;
    return rest.facts.size === facts.size && rest.facts.writtenAt === facts.writtenAt ? rest.file : null;
  }

  /** It is looked after again. Until then it is not forgotten, so that it is found also where it rotates meanwhile. */
  wake(inode: string): void {
    this.resting.delete(inode);
  }

  /** It is there, perhaps under another name. */
  seenAs(inode: string, file: KnownFile): void {
    const rest = this.resting.get(inode);
    if (rest !== undefined) this.resting.set(inode, { ...rest, file });
  }

  /** Those that are not among the inodes that were seen, so that they have another name now, or none. */
  notAmong(seen: ReadonlySet<string>): KnownFile[] {
    return [...this.resting].flatMap(([inode, { file }]) => (seen.has(inode) ? [] : [file]));
  }

  /** Forgets those that are not among the inodes that were seen: they were looked for. */
  forgetUnseen(seen: ReadonlySet<string>): void {
    for (const inode of this.resting.keys()) if (!seen.has(inode)) this.resting.delete(inode);
  }
}
