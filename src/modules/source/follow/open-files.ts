import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, MINUTE_US, SECOND_US } from '../../../log/timestamp';
import type { FileEvents } from '../../../telemetry/file-events';
import type { ReadingRules } from './block';
import { type BlockSender, Stopping } from './block-sender';
import type { FileContent } from './file-content';
import { FollowedFile, type Look, type Patience, PAUSE_MS } from './followed-file';
import { serviceOf } from './line-up';
import type { RestingFiles } from './resting-files';
import type { KnownState } from './source-state';
import type { Journal } from './state-journal';
import { Turns } from './turns';

export interface ReadingSettings {
  readonly patience: Patience;
  readonly rules: Omit<ReadingRules, 'service'>;
  /** Of lines that name none; null: the name of the file. */
  readonly service: string | null;
}

/** What tells of changes, as far as anything does. */
export interface Watcher {
  watch(path: string): void;
  unwatch(path: string): void;
}

/** So many files are open at a time: the system may give a process no more than 1,024, and not for files alone. */
export const MAX_OPEN = 500;
/** A file that is quiet for so long is closed. */
const REST_QUIET_US = 5 * MINUTE_US;
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

/** The files that are followed: each is read in a loop of its own, so many at a time. */
export class OpenFiles {
  /** By inode. */
  private readonly files = new Map<string, FollowedFile>();
  private readonly loops = new Set<Promise<void>>();
  /** Followed, and not read yet. */
  private readonly admitted: FollowedFile[] = [];
  private readonly turns = new Turns(READ_AT_ONCE);
  /** By what is kept of them: they were told of, so that it need not be told again when they wake. */
  private readonly told = new Set<number>();

  constructor(
    private readonly settings: ReadingSettings,
    private readonly resting: RestingFiles,
    private readonly journal: Journal,
    private readonly sender: BlockSender,
    private readonly clock: Clock,
    private readonly events: FileEvents,
    private readonly stopping: AbortSignal,
    private readonly watcher: Watcher,
    /** Called when another file is at the path of one that was followed. */
    private readonly onReplaced: () => void,
  ) {}

  get(inode: string): FollowedFile | undefined {
    return this.files.get(inode);
  }

  has(inode: string): boolean {
    return this.files.has(inode);
  }

  /** For so many more there is a place. */
  get room(): number {
    return Math.max(0, MAX_OPEN - this.files.size);
  }

  /** By what is kept of them. */
  ids(): Set<number> {
    return new Set(Array.from(this.files.values(), ({ file }) => file.id));
  }

  /** Follows a file from where it was left, once {@link startReading} is called. */
  follow({ file, unfinished }: KnownState, content: FileContent): void {
    if (file.inode === null) throw new Error(`${file.path} has no inode`);
    const rules = { ...this.settings.rules, service: this.settings.service ?? serviceOf(file) };
    const blocks = [...unfinished.values()].filter((block) => !this.sender.isInFlight(block));
    blocks.sort((a, b) => a.from - b.from);
    const followed = new FollowedFile(file, content, rules, this.settings.patience, this.sender, this.clock, blocks);
    this.files.set(file.inode, followed);
    for (const other of this.files.values()) {
      if (other.file.after === file.id) followed.isSuperseded = true;
      if (file.after === other.file.id) {
        other.isSuperseded = true;
        other.bell.ring();
      }
    }
    this.admitted.push(followed);
    if (this.told.has(file.id)) this.events.fileWoken(file.path, file.position);
    else this.events.fileFound(file.path, file.position);
    // To watch and to leave off costs more than to look, where files take turns.
    if (this.files.size + this.resting.count <= MAX_OPEN) this.watcher.watch(file.path);
  }

  /** Not as soon as each is followed, so that each sees the file that it goes on after. */
  startReading(): void {
    for (const file of this.admitted.splice(0)) {
      const loop = this.readLoop(file)
        .catch((error: unknown) => this.events.fileFailed(file.file.path, error))
        .finally(() => this.loops.delete(loop));
      this.loops.add(loop);
    }
  }

  wake(path: string): void {
    for (const file of this.files.values()) if (file.file.path === path) file.bell.ring();
  }

  /** Has files closed that are quiet for long, and so many others, the longest quiet first: each once it is read. */
  letRest(seen: ReadonlySet<string>, others: number): void {
    const now = this.clock();
    const files = [...this.files].flatMap(([inode, file]) => (seen.has(inode) ? [file] : []));
    for (const [i, file] of files.sort((a, b) => a.changedAt - b.changedAt).entries()) {
      file.mayRest = i < others || now - file.changedAt >= REST_QUIET_US;
      if (file.mayRest) file.bell.ring();
    }
  }

  /** Lets go of files that were not seen any more and are read to their end; sooner where others need their place. */
  async leaveWhatIsGone(seen: ReadonlySet<string>, isCrowded: boolean): Promise<void> {
    for (const [inode, file] of this.files) {
      if (seen.has(inode)) continue;
      file.bell.ring();
      const quietUs = this.clock() - file.changedAt;
      try {
        if (!(await file.isAtEnd())) continue;
        const { isDeleted } = await file.facts();
        if (quietUs > (isDeleted || isCrowded ? DELETED_QUIET_US : RENAMED_QUIET_US))
          await this.leave(file, isDeleted ? null : inode);
      } catch (error) {
        if (file.isClosed) continue; // its own loop was quicker
        this.events.fileFailed(file.file.path, error);
        if (quietUs > RENAMED_QUIET_US) await this.leave(file, inode);
      }
    }
  }

  /** Resolves once nothing is read any more; `stopping` is aborted before. */
  async close(): Promise<void> {
    for (const file of this.files.values()) file.bell.ring();
    await Promise.all(this.loops);
    await this.letGo();
  }

  /** Closes all files, whatever is going on with them. */
  async letGo(): Promise<void> {
    await Promise.all(Array.from(this.files.values(), (file) => file.close()));
  }

  private async readLoop(file: FollowedFile): Promise<void> {
    while (!this.stopping.aborted && !file.isClosed) {
      const look = await this.turns.take(() => this.look(file));
      if (look.kind === 'replaced') return this.replace(file);
      if (look.kind === 'more') continue;
      if (file.mayRest && (await this.rest(file).catch(() => false))) return; // what fails is told by the look at it
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
      if (file.takeFirstEnd()) this.tellEnd(file);
      return look;
    } catch (error) {
      if (error instanceof Stopping || file.isClosed) return NEVER;
      file.hasFailed = true;
      this.events.fileFailed(file.file.path, error);
      return { kind: 'wait', ms: RETRY_MS };
    }
  }

  private tellEnd(file: FollowedFile): void {
    if (!this.told.has(file.file.id)) this.events.fileRead(file.file.path, file.bytesRead);
    this.told.add(file.file.id);
  }

  /** Called between two looks. False where it is not read to its end, or not all that was read has arrived. */
  private async rest(file: FollowedFile): Promise<boolean> {
    const { id, inode } = file.file;
    if (file.isClosed || inode === null) return false;
    const facts = await file.facts();
    const hasArrived = this.journal.state.files.get(id)?.unfinished.size === 0;
    if (!hasArrived || !file.isEndAt(facts)) return false;
    this.resting.add(file.current(), facts);
    await this.leave(file, inode);
    return true;
  }

  /** A file begins once the one before it has come to its end, with its clock, so that records keep their order. */
  private async mayBegin(file: FollowedFile): Promise<boolean> {
    const { after } = file.file;
    if (after === null || !file.isUntouched) return true;
    const before = [...this.files.values()].find((other) => other.file.id === after);
    if (before !== undefined && !before.hasFailed) {
      // What is written to that one from now on is not waited for, since there may be no end to it.
      file.waitsFor ??= (await before.facts()).size;
      if (!(await before.isReadTo(file.waitsFor))) {
        before.bell.ring();
        return false;
      }
    }
    const clock = before?.streamClock ?? this.journal.state.files.get(after)?.file.clock;
    if (clock !== undefined) file.beginAt(clock);
    return true;
  }

  private async replace(file: FollowedFile): Promise<void> {
    this.events.fileTruncated(file.file.path);
    await this.leave(file, null);
    this.onReplaced();
  }

  /** @param inode where it is still to be found by its inode. */
  private async leave(file: FollowedFile, inode: string | null): Promise<void> {
    const { file: known } = file;
    // Written down before it is out of sight, or a scan in between would not know what a copy of it is.
    await this.journal.append({ kind: 'file', file: { ...file.current(), inode } }, false);
    if (known.inode !== null) this.files.delete(known.inode);
    await file.close();
    this.watcher.unwatch(known.path);
    this.events.fileLeft(known.path);
  }
}
