import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, MILLISECOND_US, MINUTE_US, SECOND_US } from '../../../log/timestamp';
import type { FileEvents } from '../../../telemetry/file-events';
import { Bell } from './bell';
import type { ReadingRules } from './block';
import { type BlockSender, Stopping } from './block-sender';
import type { ChangeListener } from './change-watcher';
import { FileContent } from './file-content';
import { FollowedFile, type Look, type Patience, PAUSE_MS } from './followed-file';
import { inOrderOfAge, LineUp, serviceOf } from './line-up';
import type { FoundFiles } from '../find-files';
import { sight, sightAround, type Sighting } from './sightings';
import type { KnownFile, KnownState } from './source-state';
import type { Journal } from './state-journal';
import { Turns } from './turns';

export interface FollowSettings {
  readonly patience: Patience;
  readonly rules: Omit<ReadingRules, 'service'>;
  /** Of lines that name none; null: the name of the file. */
  readonly service: string | null;
  /** Between two look-ups of the files. */
  readonly scanMs: number;
  /** After so many days without a file, what is known of it is forgotten. */
  readonly forgetDays: number;
}

/** What tells of changes, as far as anything does. */
export interface Watcher {
  watch(path: string): void;
  unwatch(path: string): void;
}

/** So many files are read at the same time: each holds a block. More than one, because each waits for the disk at times. */
const READ_AT_ONCE = 3;
/** A file that has no name any more and has been quiet for so long gets no more lines. */
const DELETED_QUIET_US = 5 * SECOND_US;
/** A file that was renamed to where we do not look may be written to for long. */
const RENAMED_QUIET_US = 10 * MINUTE_US;
const RETRY_MS = 1_000;
/** How often a file looks whether the one before it has come to its end. */
const PREDECESSOR_MS = 20;
const NEVER: Look = { kind: 'wait', ms: Infinity };

/**
 * Follows files: finds them, reads each in a loop of its own, and keeps track of which file is which while they rotate.
 * A file is known by its inode and its beginning, not by its name. What takes its place at its path goes on after it.
 */
export class FileFollower implements ChangeListener {
  /** By inode. */
  private readonly active = new Map<string, FollowedFile>();
  private readonly loops = new Set<Promise<void>>();
  /** Followed, and not read yet. */
  private readonly admitted: FollowedFile[] = [];
  private readonly turns = new Turns(READ_AT_ONCE);
  private readonly scanBell = new Bell();
  private readonly lineUp: LineUp;
  private isFirstScan = true;

  constructor(
    private readonly find: () => Promise<FoundFiles>,
    private readonly settings: FollowSettings,
    private readonly journal: Journal,
    private readonly sender: BlockSender,
    private readonly clock: Clock,
    private readonly events: FileEvents,
    private readonly stopping: AbortSignal,
    private readonly watcher: Watcher,
  ) {
    this.lineUp = new LineUp(journal.state, clock);
  }

  /** Follows until the process stops; resolves once nothing is read any more. */
  async run(): Promise<void> {
    this.stopping.addEventListener('abort', () => this.wakeAll());
    while (!this.stopping.aborted) {
      const startedAt = this.clock();
      try {
        await this.scan();
      } catch (error) {
        this.events.scanFailed(error);
      }
      this.startReading();
      const tookMs = (this.clock() - startedAt) / MILLISECOND_US;
      await this.scanBell.wait(Math.max(this.settings.scanMs, 5 * tookMs)); // looking up a huge folder is no full-time job
    }
    await Promise.all(this.loops);
    await Promise.all(Array.from(this.active.values(), (file) => file.close()));
  }

  changed(path: string): void {
    for (const file of this.active.values()) if (file.file.path === path) file.bell.ring();
  }

  moved(): void {
    this.scanBell.ring();
  }

  failed(error: unknown): void {
    this.events.watchFailed(error);
  }

  private wakeAll(): void {
    this.scanBell.ring();
    for (const file of this.active.values()) file.bell.ring();
  }

  private async scan(): Promise<void> {
    const found = await this.find();
    const sightings = await sight(found.paths);
    const inodes = new Set(sightings.map(({ facts }) => facts.inode));
    await this.leaveWhatIsGone(inodes);
    const unknown = sightings.filter((sighting) => !this.recognise(sighting));
    // Its loop sees to a file that was truncated, and has us look again: until then a copy of it is not known for one.
    if (sightings.some(({ facts }) => this.active.get(facts.inode)?.hasShrunkTo(facts.size))) return;
    const others = await this.othersToLookAt(unknown, inodes);
    const bases = new Set([...found.paths, ...this.lineUp.bases()]);
    const newcomers = [...unknown, ...others];
    const isKnown = ({ facts }: Sighting): boolean => this.lineUp.ofInode(facts.inode) !== null;
    for (const one of newcomers.filter(isKnown)) await this.admit(one, bases, inodes);
    for (const one of inOrderOfAge(newcomers, bases)) await this.admit(one, bases, inodes);
    this.forget();
    if (this.isFirstScan) this.tellWhatIsMissing();
    this.isFirstScan = false;
  }

  /** Whether the file is followed already; it may have another name by now, or have grown. */
  private recognise({ path, facts }: Sighting): boolean {
    const file = this.active.get(facts.inode);
    if (file === undefined) return false;
    if (file.file.path !== path) {
      this.events.fileRotated(file.file.path);
      file.movedTo(path);
    }
    file.sighted(facts);
    return true;
  }

  /**
   * Files that no pattern names: those that were followed under another name before the process stopped, and those that
   * came and rotated away while nobody looked.
   */
  private async othersToLookAt(unknown: readonly Sighting[], seen: ReadonlySet<string>): Promise<Sighting[]> {
    const bases = this.lineUp.bases();
    const changed = unknown.map(({ path }) => path).filter((path) => bases.has(path));
    const lost = this.isFirstScan
      ? [...this.journal.state.files.values()].filter(({ file }) => file.inode !== null && !seen.has(file.inode))
      : [];
    const around = [...changed, ...lost.map(({ file }) => file.path)];
    if (around.length === 0) return [];
    const others = (await sightAround(around)).filter(
      ({ facts: { inode } }) => !seen.has(inode) && !this.active.has(inode),
    );
    return others.filter((one) => lost.some(({ file }) => file.inode === one.facts.inode) || this.lineUp.isMissed(one));
  }

  /** Begins to follow a file, or goes on with it, unless it is followed already or is a copy of one that is. */
  private async admit({ path, facts }: Sighting, bases: ReadonlySet<string>, seen: ReadonlySet<string>): Promise<void> {
    if (facts.size === 0 || this.active.has(facts.inode) || this.stopping.aborted) return;
    let content: FileContent | null = null;
    try {
      content = await FileContent.open(path);
      const known = await this.identify(path, content, bases, seen);
      this.events.fileWorks(path);
      if (known === null) return;
      this.follow(known, content);
      content = null;
    } catch (error) {
      this.events.fileFailed(path, error);
    } finally {
      await content?.close();
    }
  }

  /** Null where there is nothing to follow now. */
  private async identify(
    path: string,
    content: FileContent,
    bases: ReadonlySet<string>,
    seen: ReadonlySet<string>,
  ): Promise<KnownState | null> {
    const { inode, size } = await content.facts();
    if (size === 0 || this.active.has(inode)) return null;
    const known = this.lineUp.ofInode(inode);
    if (known !== null && (await this.lineUp.isStill(known, content))) return this.note({ ...known.file, path });
    if (known !== null) await this.note({ ...known.file, inode: null });
    const original = await this.lineUp.originalOf(path, content);
    if (original !== null) {
      const isThere =
        original.file.inode !== null && (seen.has(original.file.inode) || this.active.has(original.file.inode));
      return isThere ? null : this.note({ ...original.file, inode, path });
    }
    return this.note(await this.lineUp.begin(path, content, bases));
  }

  private async note(file: KnownFile): Promise<KnownState | null> {
    await this.journal.append({ kind: 'file', file }, false);
    return this.journal.state.files.get(file.id) ?? null;
  }

  private follow({ file, unfinished }: KnownState, content: FileContent): void {
    const rules = { ...this.settings.rules, service: this.settings.service ?? serviceOf(file) };
    const blocks = [...unfinished.values()].filter((block) => !this.sender.isInFlight(block));
    blocks.sort((a, b) => a.from - b.from);
    const followed = new FollowedFile(file, content, rules, this.settings.patience, this.sender, this.clock, blocks);
    if (file.inode === null) throw new Error(`${file.path} has no inode`);
    this.active.set(file.inode, followed);
    for (const other of this.active.values()) {
      if (other.file.after === file.id) followed.isSuperseded = true;
      if (file.after === other.file.id) {
        other.isSuperseded = true;
        other.bell.ring();
      }
    }
    this.events.fileFound(file.path, file.position);
    this.watcher.watch(file.path);
    this.admitted.push(followed);
  }

  /** Only now, so that each sees the file that it goes on after. */
  private startReading(): void {
    for (const file of this.admitted.splice(0)) {
      const loop = this.readLoop(file).finally(() => this.loops.delete(loop));
      this.loops.add(loop);
    }
  }

  private async readLoop(file: FollowedFile): Promise<void> {
    while (!this.stopping.aborted && !file.isClosed) {
      const look = await this.turns.take(() => this.look(file));
      if (look.kind === 'replaced') return this.replace(file);
      if (look.kind === 'more') continue;
      await sleep(PAUSE_MS);
      await file.bell.wait(look.ms);
    }
  }

  private async look(file: FollowedFile): Promise<Look> {
    if (this.stopping.aborted || file.isClosed) return NEVER;
    try {
      if (!(await this.mayBegin(file))) return { kind: 'wait', ms: PREDECESSOR_MS };
      const look = await file.look();
      this.events.fileWorks(file.file.path);
      if (file.takeFirstEnd()) this.events.fileRead(file.file.path, file.bytesRead);
      return look;
    } catch (error) {
      if (error instanceof Stopping || file.isClosed) return NEVER;
      file.hasFailed = true;
      this.events.fileFailed(file.file.path, error);
      return { kind: 'wait', ms: RETRY_MS };
    }
  }

  /** A file begins once the one before it has come to its end, with its clock, so that records keep their order. */
  private async mayBegin(file: FollowedFile): Promise<boolean> {
    const { after } = file.file;
    if (after === null || !file.isUntouched) return true;
    const before = [...this.active.values()].find((other) => other.file.id === after);
    if (before !== undefined && !before.hasFailed && !(await before.isAtEnd())) {
      before.bell.ring();
      return false;
    }
    const clock = before?.streamClock ?? this.journal.state.files.get(after)?.file.clock;
    if (clock !== undefined) file.beginAt(clock);
    return true;
  }

  private async replace(file: FollowedFile): Promise<void> {
    this.events.fileTruncated(file.file.path);
    await this.leave(file, null);
    this.scanBell.ring();
  }

  /** Closes files that were not seen any more and are read to their end. */
  private async leaveWhatIsGone(seen: ReadonlySet<string>): Promise<void> {
    for (const [inode, file] of this.active) {
      if (seen.has(inode)) continue;
      file.bell.ring();
      if (!(await file.isAtEnd())) continue;
      const { isDeleted } = await file.facts();
      const quietUs = this.clock() - file.changedAt;
      if (quietUs > (isDeleted ? DELETED_QUIET_US : RENAMED_QUIET_US)) await this.leave(file, isDeleted ? null : inode);
    }
  }

  /** @param inode where it is still to be found by its inode. */
  private async leave(file: FollowedFile, inode: string | null): Promise<void> {
    const { file: known } = file;
    // Written down before it is out of sight, or a scan in between would not know what a copy of it is.
    await this.journal.append({ kind: 'file', file: { ...file.current(), inode } }, false);
    if (known.inode !== null) this.active.delete(known.inode);
    await file.close();
    this.watcher.unwatch(known.path);
    this.events.fileLeft(known.path);
  }

  /** Blocks that may not have arrived, of files that are not to be found. */
  private tellWhatIsMissing(): void {
    const followed = new Set(Array.from(this.active.values(), ({ file }) => file.id));
    for (const { file, unfinished } of this.journal.state.files.values()) {
      if (!followed.has(file.id) && unfinished.size > 0) this.events.fileMissing(file.path, unfinished.size);
    }
  }

  private forget(): void {
    const followed = new Set(Array.from(this.active.values(), ({ file }) => file.id));
    for (const { id } of this.lineUp.forgotten(this.settings.forgetDays, followed)) {
      void this.journal.append({ kind: 'forget', file: id }, false);
    }
  }
}
