import { basename } from 'node:path';
import type { Clock } from '../../../log/timestamp';
import { DAY_US, SECOND_US } from '../../../log/timestamp';
import { NEW_STREAM } from '../../../log/stream-clock';
import type { FileContent } from './file-content';
import { matchesPrefix, PREFIX_BYTES, prefixOf } from './prefix';
import { possibleBases } from './rotated-name';
import type { Sighting } from './sightings';
import { type KnownFile, type KnownState, LOST, type SourceState } from './source-state';

/** What looks like the name of a log, so that it is believed although no file of that name is there now. */
const LOG_NAME = /(?:log|\.out|\.err|\.txt|\.json)$/i;
/** The system's times of writing lag behind our clock. */
const COARSE_US = 10_000;
/** An archive that was not written to for so long is whole, or as whole as it gets. */
const PACKING_US = 5 * SECOND_US;

/** Which file is which: what is known of a file that was seen, and where one that is new belongs. Changes nothing. */
export class LineUp {
  constructor(
    private readonly state: SourceState,
    private readonly clock: Clock,
  ) {}

  /** What is known of the file with this inode. */
  ofInode(inode: string): KnownState | null {
    for (const known of this.state.files.values()) if (known.file.inode === inode) return known;
    return null;
  }

  /** Whether the file is still the one that is known by its inode, at least as long as it was read. */
  async isStill({ file }: KnownState, content: FileContent): Promise<boolean> {
    const beginning = await content.read(0, PREFIX_BYTES);
    if (!matchesPrefix(file.prefix, beginning)) return false;
    return content.isArchive || (await content.facts()).size >= file.position;
  }

  /**
   * The known file that this one is although its device has another number: a system numbers its devices anew when it
   * starts, or when they are attached again. It still has its path, its number there and its beginning.
   */
  async ofOtherDevice(path: string, inode: string, content: FileContent): Promise<KnownState | null> {
    for (const known of this.state.files.values()) {
      const { file } = known;
      const isSameNumber = file.inode !== null && numberOf(file.inode) === numberOf(inode);
      if (isSameNumber && file.path === path && file.prefix.length > 0 && (await this.isStill(known, content)))
        return known;
    }
    return null;
  }

  /**
   * The known file of which this one is a copy that was made as it rotated: packed (`app.log.1.gz`), or made at its path
   * before the file itself was truncated. What such a copy holds was read there, as far as that was read.
   */
  async originalOf(path: string, content: FileContent): Promise<KnownState | null> {
    const beginning = await content.read(0, PREFIX_BYTES);
    for (const known of this.mayHaveCopyAt(path)) {
      const { base, prefix, inode, path: knownPath } = known.file;
      if (
        (content.isArchive || knownPath === base || inode === null || inode === LOST) &&
        matchesPrefix(prefix, beginning)
      )
        return known;
    }
    return null;
  }

  /**
   * Whether it cannot be told yet what an archive is a copy of: it is being packed, and less is there than is known of
   * how a file began. Many programs write the header of an archive long before they write what it holds.
   */
  async isBeingPacked(path: string, content: FileContent): Promise<boolean> {
    if (!content.isArchive) return false;
    const { writtenAt } = await content.facts();
    if (Math.abs(this.clock() - writtenAt) > PACKING_US) return false;
    const { length } = await content.read(0, PREFIX_BYTES);
    return length === 0 || [...this.mayHaveCopyAt(path)].some(({ file }) => file.prefix.length > length);
  }

  /** Files with something in them of which, by its name, a copy may be at this path. */
  private *mayHaveCopyAt(path: string): Generator<KnownState> {
    const bases = new Set(possibleBases(path));
    for (const known of this.state.files.values()) {
      const { base, prefix, path: knownPath } = known.file;
      if (prefix.length > 0 && (bases.has(base) || path === `${knownPath}.gz`)) yield known;
    }
  }

  /** A new file at this path. */
  async begin(path: string, content: FileContent, paths: ReadonlySet<string>): Promise<KnownFile> {
    const base = this.baseOf(path, paths);
    const { inode, writtenAt } = await content.facts();
    const now = this.clock();
    return {
      id: this.state.nextId,
      inode,
      path,
      base,
      prefix: prefixOf(await content.read(0, PREFIX_BYTES)),
      position: 0,
      clock: NEW_STREAM,
      after: this.latestOf(base)?.id ?? null,
      foundAt: path === base ? now : Math.min(now, writtenAt),
      seenAt: now,
    };
  }

  /**
   * Whether a file that no pattern names was at a followed path since that was last looked at, and has rotated away; or may
   * be a copy of one of those that are gone.
   */
  isMissed({ path, facts }: Sighting, gone: readonly KnownFile[]): boolean {
    for (const base of possibleBases(path)) {
      const latest = this.latestOf(base);
      if (latest === null) continue;
      const since = [latest, ...gone.filter((one) => one.base === base)].map(({ foundAt }) => foundAt);
      return facts.writtenAt >= Math.min(...since) - COARSE_US;
    }
    return false;
  }

  /** Files that were followed, and are none of those seen. */
  notAmong(seen: ReadonlySet<string>): KnownFile[] {
    const files = Array.from(this.state.files.values(), ({ file }) => file);
    return files.filter(({ inode }) => inode !== null && !seen.has(inode));
  }

  /** Paths where files were followed. */
  bases(): Set<string> {
    return new Set(Array.from(this.state.files.values(), ({ file }) => file.base));
  }

  /** Files that were not seen for so many days: neither `followed` nor, as those that rest, among the inodes that are there. */
  *forgotten(days: number, followed: ReadonlySet<number>, inodes: ReadonlySet<string>): Generator<KnownFile> {
    const cutoff = this.clock() - days * DAY_US;
    for (const { file } of this.state.files.values()) {
      const isThere = file.inode !== null && inodes.has(file.inode);
      if (file.seenAt < cutoff && !followed.has(file.id) && !isThere) yield file;
    }
  }

  private baseOf(path: string, paths: ReadonlySet<string>): string {
    const known = this.bases();
    const bases = possibleBases(path);
    return (
      bases.find((base) => known.has(base) || paths.has(base)) ?? bases.find((base) => LOG_NAME.test(base)) ?? path
    );
  }

  private latestOf(base: string): KnownFile | null {
    let latest: KnownFile | null = null;
    for (const { file } of this.state.files.values()) {
      if (file.base === base && file.id > (latest?.id ?? 0)) latest = file;
    }
    return latest;
  }
}

/** The number of an inode on its device. */
function numberOf(inode: string): string {
  return inode.slice(inode.indexOf(':') + 1);
}

/** The service of lines that name none: the file's name, and of a rotated one, that of the file it was. */
export function serviceOf(file: KnownFile): string {
  return basename(file.base).replace(/\.gz$/, '');
}

/** Rotated files first, and older ones first, so that each file can go on where the one before it ended. */
export function inOrderOfAge(sightings: readonly Sighting[], bases: ReadonlySet<string>): Sighting[] {
  const isBase = ({ path }: Sighting): number => Number(!possibleBases(path).some((base) => bases.has(base)));
  return [...sightings].sort((a, b) => isBase(a) - isBase(b) || a.facts.writtenAt - b.facts.writtenAt);
}
