import { type Clock, HOUR_US } from '../../../log/timestamp';
import type { FileEvents } from '../../../telemetry/file-events';
import type { FoundFiles } from '../find-files';
import { Bell } from './bell';
import type { BlockSender } from './block-sender';
import type { ChangeListener } from './change-watcher';
import { isGone } from './error-code';
import { FileContent } from './file-content';
import { LineUp } from './line-up';
import { Newcomers } from './newcomers';
import { OpenFiles, type ReadingSettings, type Watcher } from './open-files';
import { RestingFiles } from './resting-files';
import { sight, type Sighting } from './sightings';
import { type KnownFile, type KnownState, LOST } from './source-state';
import type { Journal } from './state-journal';

export interface FollowSettings extends ReadingSettings {
  /** Between two look-ups of the files. */
  readonly scanMs: number;
  /** After so many days without a file, what is known of it is forgotten. */
  readonly forgetDays: number;
}

/** Where files wait for a place, they are looked up again so soon, as others are read by then. */
const CROWDED_MS = 200;
/** How often it is written down that a file is still there. */
const SEEN_EVERY_US = HOUR_US;

/**
 * Finds the files to follow, again and again, and keeps track of which file is which while they rotate. A file is known by
 * its inode and its beginning, not by its name. What takes its place at its path goes on after it.
 */
export class FileFollower implements ChangeListener {
  private readonly files: OpenFiles;
  private readonly lineUp: LineUp;
  private readonly newcomers: Newcomers;
  private readonly resting = new RestingFiles();
  /** Files that no place was left for. */
  private waiting = 0;
  private readonly bell = new Bell();
  private isFirstScan = true;

  constructor(
    private readonly find: () => Promise<FoundFiles>,
    private readonly settings: FollowSettings,
    private readonly journal: Journal,
    sender: BlockSender,
    private readonly clock: Clock,
    private readonly events: FileEvents,
    private readonly stopping: AbortSignal,
    watcher: Watcher,
  ) {
    const onReplaced = (): void => this.bell.ring();
    this.files = new OpenFiles(settings, this.resting, journal, sender, clock, events, stopping, watcher, onReplaced);
    this.lineUp = new LineUp(journal.state, clock);
    const isFollowed = (inode: string): boolean => this.files.has(inode);
    this.newcomers = new Newcomers(this.lineUp, isFollowed, (file) => this.note(file));
  }

  /** Follows until the process stops; resolves once nothing is read any more. */
  async run(): Promise<void> {
    this.stopping.addEventListener('abort', () => this.bell.ring());
    while (!this.stopping.aborted) {
      const startedAt = performance.now(); // not by the clock, which may be set meanwhile
      try {
        await this.scan();
      } catch (error) {
        this.events.scanFailed(error);
      }
      this.files.startReading();
      await this.bell.wait(this.pauseMs(performance.now() - startedAt));
    }
    await this.files.close();
  }

  /** Closes what is open although it may not be read any more: for a stop that cannot wait. */
  letGo(): Promise<void> {
    return this.files.letGo();
  }

  changed(path: string): void {
    this.files.wake(path);
  }

  moved(): void {
    this.bell.ring();
  }

  failed(error: unknown): void {
    this.events.watchFailed(error);
  }

  /** Looking up a huge folder is no full-time job. */
  private pauseMs(tookMs: number): number {
    const { scanMs } = this.settings;
    return this.waiting > 0 ? Math.max(Math.min(CROWDED_MS, scanMs), tookMs) : Math.max(scanMs, 5 * tookMs);
  }

  private async scan(): Promise<void> {
    const found = await this.find();
    const sightings = await sight(found.paths, (path, error) => this.events.fileFailed(path, error));
    const seen = new Set(sightings.map(({ facts }) => facts.inode));
    await this.files.leaveWhatIsGone(seen, this.waiting > 0);
    const unknown = sightings.filter((sighting) => !this.recognise(sighting));
    // Its loop sees to a file that was truncated, and has us look again: until then we cannot tell what comes after it, and
    // what is a copy of it.
    if (unknown.length > 0 && (await this.isOneReplaced(sightings))) return;
    const paths = new Set(found.paths);
    const unseen = this.isFirstScan ? this.lineUp.notAmong(seen) : this.resting.notAmong(seen);
    const newcomers = await this.newcomers.among({ unknown, paths, inodes: seen, unseen });
    this.files.letRest(seen, newcomers.length - this.files.room);
    if (!(await this.admitAll(newcomers, paths, seen))) return;
    this.resting.forgetUnseen(seen);
    this.forget(seen);
    if (this.isFirstScan) this.tellWhatIsMissing();
    this.isFirstScan = false;
  }

  /** False where not all of them could be, so that the next look has to begin anew. */
  private async admitAll(
    newcomers: readonly Sighting[],
    paths: ReadonlySet<string>,
    seen: ReadonlySet<string>,
  ): Promise<boolean> {
    this.waiting = 0;
    for (const one of newcomers) {
      if (this.files.room === 0) this.waiting++;
      // Files rotate as we look. What is at a path comes last, so that all that was there before it is found the next time.
      else if (!(await this.admit(one, paths, seen))) {
        this.bell.ring();
        return false;
      }
    }
    this.events.filesWaiting(this.waiting);
    return this.waiting === 0;
  }

  /** Whether the file is followed already, or rests; it may have another name by now, or have grown. */
  private recognise(sighting: Sighting): boolean {
    const { path, facts } = sighting;
    const file = this.files.get(facts.inode);
    if (file === undefined) return this.recogniseResting(sighting);
    const hasMoved = file.file.path !== path;
    if (hasMoved) this.events.fileRotated(file.file.path);
    if (hasMoved || this.wasLongAgo(file.file)) file.seenAs(path);
    file.sighted(facts);
    return true;
  }

  private recogniseResting(sighting: Sighting): boolean {
    const file = this.resting.unchanged(sighting);
    if (file === null) return false;
    const { path, facts } = sighting;
    const hasMoved = file.path !== path;
    if (hasMoved) this.events.fileRotated(file.path);
    if (hasMoved || this.wasLongAgo(file)) {
      const seen = { ...file, path, seenAt: this.clock() };
      this.resting.seenAs(facts.inode, seen);
      void this.note(seen);
    }
    return true;
  }

  /** Whether it is time to write down that the file is still there: one that is forgotten is read again from its beginning. */
  private wasLongAgo({ seenAt }: KnownFile): boolean {
    return this.clock() - seenAt >= SEEN_EVERY_US;
  }

  private async isOneReplaced(sightings: readonly Sighting[]): Promise<boolean> {
    for (const { facts } of sightings) {
      const file = this.files.get(facts.inode);
      // Where that cannot be told, its loop tells why.
      if (file === undefined || !(await file.isReplacedAt(facts.size).catch(() => false))) continue;
      file.bell.ring();
      return true;
    }
    return false;
  }

  /**
   * Begins to follow a file, or goes on with it, unless it is followed already or is a copy of one that is. False where
   * another file, or none, is at its path by now.
   */
  private async admit(one: Sighting, paths: ReadonlySet<string>, seen: ReadonlySet<string>): Promise<boolean> {
    const { path, facts } = one;
    if (facts.size === 0 || this.files.has(facts.inode) || this.stopping.aborted) return true;
    let content: FileContent | null = null;
    try {
      content = await FileContent.open(path);
      if ((await content.facts()).inode !== facts.inode) return false;
      const known = await this.identify(one, content, paths, seen);
      this.resting.wake(facts.inode);
      this.events.fileWorks(path);
      if (known === null) return true;
      this.files.follow(known, content);
      content = null;
      return true;
    } catch (error) {
      if (isGone(error)) return false;
      this.events.fileFailed(path, error);
      return true;
    } finally {
      await content?.close();
    }
  }

  /** Null where there is nothing to follow now. */
  private async identify(
    { path, facts: { inode } }: Sighting,
    content: FileContent,
    paths: ReadonlySet<string>,
    seen: ReadonlySet<string>,
  ): Promise<KnownState | null> {
    const known = this.lineUp.ofInode(inode);
    if (known !== null && (await this.lineUp.isStill(known, content))) return this.note({ ...known.file, path });
    if (known !== null) await this.note({ ...known.file, inode: LOST });
    const same = await this.lineUp.ofOtherDevice(path, inode, content);
    if (same !== null) return this.note({ ...same.file, inode });
    const original = await this.lineUp.originalOf(path, content);
    if (original !== null) {
      const { inode: itsInode } = original.file;
      const isThere = itsInode !== null && (seen.has(itsInode) || this.files.has(itsInode));
      return isThere ? null : this.note({ ...original.file, inode, path });
    }
    if (await this.lineUp.isBeingPacked(path, content)) return null;
    return this.note(await this.lineUp.begin(path, content, paths));
  }

  private async note(file: KnownFile): Promise<KnownState | null> {
    await this.journal.append({ kind: 'file', file: { ...file, seenAt: this.clock() } }, false);
    return this.journal.state.files.get(file.id) ?? null;
  }

  /** Blocks that may not have arrived, of files that are not to be found. */
  private tellWhatIsMissing(): void {
    const followed = this.files.ids();
    for (const { file, unfinished } of this.journal.state.files.values()) {
      if (!followed.has(file.id) && unfinished.size > 0) this.events.fileMissing(file.path, unfinished.size);
    }
  }

  private forget(seen: ReadonlySet<string>): void {
    for (const { id } of this.lineUp.forgotten(this.settings.forgetDays, this.files.ids(), seen)) {
      void this.journal.append({ kind: 'forget', file: id }, false);
    }
  }
}
