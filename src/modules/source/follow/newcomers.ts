import { FileContent } from './file-content';
import { inOrderOfAge, type LineUp } from './line-up';
import { sightAround, type Sighting } from './sightings';
import { type KnownFile, LOST } from './source-state';

/** What a look at the files showed. */
export interface Seen {
  /** Files that are not followed, at paths that the patterns name. */
  readonly unknown: readonly Sighting[];
  readonly paths: readonly string[];
  /** Of all files at those paths. */
  readonly inodes: ReadonlySet<string>;
  /** Whether the process has just started, so that files may be anywhere. */
  readonly isFirst: boolean;
}

/** Which files are to be followed from now on. */
export class Newcomers {
  constructor(
    private readonly lineUp: LineUp,
    private readonly isFollowed: (inode: string) => boolean,
    private readonly note: (file: KnownFile) => Promise<unknown>,
  ) {}

  /** Those that were followed before come first, then the oldest, so that each can go on where the one before it ended. */
  async among(seen: Seen): Promise<Sighting[]> {
    await this.disown(seen.unknown);
    const others = await this.othersToLookAt(seen);
    await this.disown(others);
    const newcomers = [...seen.unknown, ...others];
    const isKnown = ({ facts }: Sighting): boolean => this.lineUp.ofInode(facts.inode) !== null;
    const bases = new Set([...seen.paths, ...this.lineUp.bases()]);
    return [
      ...newcomers.filter(isKnown),
      ...inOrderOfAge(
        newcomers.filter((one) => !isKnown(one)),
        bases,
      ),
    ];
  }

  /** The system gives the inode of a file that is gone to a new one, which must not pass for it. */
  private async disown(sightings: readonly Sighting[]): Promise<void> {
    for (const { path, facts } of sightings) {
      const known = this.lineUp.ofInode(facts.inode);
      if (known === null) continue;
      const isOther = await withFile(path, async (content) => {
        return (await content.facts()).inode === facts.inode && !(await this.lineUp.isStill(known, content));
      });
      if (isOther) await this.note({ ...known.file, inode: LOST });
    }
  }

  /**
   * Files that no pattern names: those that were followed under another name before the process stopped, those that came
   * and rotated away while nobody looked, and archives of files that are gone.
   */
  private async othersToLookAt({ unknown, inodes, isFirst }: Seen): Promise<Sighting[]> {
    const bases = this.lineUp.bases();
    const changed = unknown.map(({ path }) => path).filter((path) => bases.has(path));
    const unseen = isFirst ? this.lineUp.notAmong(inodes) : [];
    const around = [...changed, ...unseen.map(({ path }) => path)];
    if (around.length === 0) return [];
    const nearby = await sightAround(around);
    const nearbyInodes = new Set(nearby.map(({ facts }) => facts.inode));
    const isUnseen = new Set(unseen.map(({ inode }) => inode));
    const gone = unseen.filter(({ inode }) => inode === null || !nearbyInodes.has(inode));
    return nearby.filter((one) => {
      const { inode } = one.facts;
      return !inodes.has(inode) && !this.isFollowed(inode) && (isUnseen.has(inode) || this.lineUp.isMissed(one, gone));
    });
  }
}

/** False where it cannot be opened: whoever is to read it will say why. */
async function withFile(path: string, ask: (content: FileContent) => Promise<boolean>): Promise<boolean> {
  let content: FileContent;
  try {
    content = await FileContent.open(path);
  } catch {
    return false;
  }
  return ask(content).finally(() => content.close());
}
