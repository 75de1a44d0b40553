import { FileContent } from './file-content';
import { inOrderOfAge, type LineUp } from './line-up';
import { sightAround, type Sighting } from './sightings';
import { type KnownFile, LOST } from './source-state';

/** What a look at the files showed. */
export interface Seen {
  /** Files that are not followed, at paths that the patterns name. */
  readonly unknown: readonly Sighting[];
  readonly paths: ReadonlySet<string>;
  /** Of all files at those paths. */
  readonly inodes: ReadonlySet<string>;
  /** Files that were followed and are closed, and are at none of those paths: they may be anywhere. */
  readonly unseen: readonly KnownFile[];
}

/** Which files are to be followed from now on. */
export class Newcomers {
  constructor(
    private readonly lineUp: LineUp,
    private readonly isFollowed: (inode: string) => boolean,
    private readonly note: (file: KnownFile) => Promise<unknown>,
  ) {}

  /**
   * Those that were followed before come first, the longest ago first of all; then the oldest, so that each can go on where
   * the one before it ended. Empty files are none yet.
   */
  async among(seen: Seen): Promise<Sighting[]> {
    const disowned = await this.disown(seen.unknown);
    const others = await this.othersToLookAt({ ...seen, unseen: [...seen.unseen, ...disowned] });
    await this.disown(others);
    const known: { readonly one: Sighting; readonly seenAt: number }[] = [];
    const fresh: Sighting[] = [];
    for (const one of [...seen.unknown, ...others]) {
      if (one.facts.size === 0) continue;
      const seenAt = this.lineUp.ofInode(one.facts.inode)?.file.seenAt;
      if (seenAt === undefined) fresh.push(one);
      else known.push({ one, seenAt });
    }
    known.sort((a, b) => a.seenAt - b.seenAt);
    const bases = new Set([...seen.paths, ...this.lineUp.bases()]);
    return [...known.map(({ one }) => one), ...inOrderOfAge(fresh, bases)];
  }

  /** The system gives the inode of a file that is gone to a new one, which must not pass for it. Resolves with such files. */
  private async disown(sightings: readonly Sighting[]): Promise<KnownFile[]> {
    const disowned: KnownFile[] = [];
    for (const { path, facts } of sightings) {
      const known = this.lineUp.ofInode(facts.inode);
      if (known === null) continue;
      const isOther = await withFile(path, async (content) => {
        return (await content.facts()).inode === facts.inode && !(await this.lineUp.isStill(known, content));
      });
      if (!isOther) continue;
      const file = { ...known.file, inode: LOST };
      await this.note(file);
      disowned.push(file);
    }
    return disowned;
  }

  /**
   * Files that no pattern names: those that were followed under another name, those that came and rotated away while nobody
   * looked, and archives of files that are gone.
   */
  private async othersToLookAt({ unknown, inodes, unseen }: Seen): Promise<Sighting[]> {
    const bases = this.lineUp.bases();
    const changed = unknown.map(({ path }) => path).filter((path) => bases.has(path));
    const around = [...changed, ...unseen.map(({ path }) => path)];
    if (around.length === 0) return [];
    const nearby = await sightAround(around);
    const nearbyInodes = new Set(nearby.map(({ facts }) => facts.inode));
    const isUnseen = new Set(unseen.map(({ inode }) => inode));
    const gone = unseen.filter(({ inode }) => inode === null || !nearbyInodes.has(inode)); // LOST is among them
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
