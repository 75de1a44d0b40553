import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { type Clock, MILLISECOND_US } from '../../log/timestamp';
import { RecordPublisher } from '../../messaging/record-publisher';
import { FileEvents } from '../../telemetry/file-events';
import { CLOCK } from '../../telemetry/telemetry.module';
import { type FoundFiles, findFiles } from './find-files';
import { Bell } from './follow/bell';
import { BlockSender } from './follow/block-sender';
import { type ChangeListener, ChangeWatcher } from './follow/change-watcher';
import { FileFollower } from './follow/file-follower';
import { StateJournal } from './follow/state-journal';
import { holdStateFile, type StateLock } from './follow/state-lock';

const STATE_FILE = 'source-files.ndjson';

/** What is open while files are followed. */
interface Following {
  readonly journal: StateJournal;
  readonly watcher: ChangeWatcher;
  readonly lock: StateLock;
  readonly follower: FileFollower;
  readonly running: Promise<void>;
}

const RETRY_MS = 1_000;

/**
 * Follows the files of SOURCE_FILES in the background. How far each was read is kept in SOURCE_STATE_FILE, so that a new
 * start goes on there, and each line is stored once however the last one ended. One process at a time uses that file:
 * others stand by, and one of them takes over when it ends.
 */
@Injectable()
export class FileSource implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly stopping = new AbortController();
  /** Rings where the process stops and the state cannot be written, so that reading waits for that for ever. */
  private readonly stuck = new Bell();
  private readonly toldEmpty = new Set<string>();
  private following: Following | null = null;
  private started: Promise<void> = Promise.resolve();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly publisher: RecordPublisher,
    private readonly events: FileEvents,
  ) {}

  /** Rejects when the state file cannot be used: without it, lines would be stored twice. Does not wait to take over. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.config.source.files.length === 0) return;
    const stateFile = this.config.source.stateFile ?? join(this.config.process.dataDir, STATE_FILE);
    const standingBy = new Promise<void>((resolve) => {
      this.started = this.begin(stateFile, resolve);
    });
    await Promise.race([this.started, standingBy]);
    this.started = this.started.catch((error: unknown) => this.tryAgain(stateFile, error));
  }

  /** Stops reading. What was read and written down is with the publisher when this resolves. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.started;
    await Promise.race([this.following?.running, this.stuck.wait(Infinity)]);
  }

  /** By now the publisher has been given its time: what is confirmed is written down, the rest is sent again. */
  async onApplicationShutdown(): Promise<void> {
    await this.following?.watcher.close();
    await this.following?.follower.letGo();
    await this.following?.journal.close();
    await this.following?.lock.release();
  }

  /** Resolves once the files are followed, or the process stops. */
  private async begin(stateFile: string, onWait: () => void): Promise<void> {
    const lock = await holdStateFile(stateFile, this.stopping.signal, {
      waiting: () => {
        this.events.standingBy(stateFile);
        onWait();
      },
      unlocked: (error) => this.events.stateNotLocked(stateFile, error),
    });
    if (lock === null) return;
    try {
      await this.follow(stateFile, lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** A start that waited for its turn is over: what fails then is tried again. */
  private async tryAgain(stateFile: string, problem: unknown): Promise<void> {
    for (let error = problem; !this.stopping.signal.aborted;) {
      this.events.takeOverFailed(stateFile, error);
      await sleep(RETRY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined); // it stops: so does this
      try {
        return await this.begin(stateFile, () => undefined);
      } catch (again) {
        error = again;
      }
    }
  }

  private async follow(stateFile: string, lock: StateLock): Promise<void> {
    const journal = await StateJournal.open(
      stateFile,
      (lines) => this.events.stateDamaged(stateFile, lines),
      (error) => {
        this.events.stateNotWritten(error);
        if (this.stopping.signal.aborted) this.stuck.ring();
      },
    );
    this.events.started(stateFile, journal.state.files.size);
    const listener: ChangeListener = {
      changed: (path) => follower.changed(path),
      moved: () => follower.moved(),
      failed: (error) => this.events.watchFailed(error),
    };
    const watcher = new ChangeWatcher(listener);
    const follower = this.follower(stateFile, journal, watcher);
    this.following = { journal, watcher, lock, follower, running: follower.run() };
  }

  private follower(stateFile: string, journal: StateJournal, watcher: ChangeWatcher): FileFollower {
    const { source, retention } = this.config;
    const newId = (time: number): string => uuidv7({ msecs: Math.floor(time / MILLISECOND_US) });
    const { publisher, clock, events } = this;
    const { signal } = this.stopping;
    const sender = new BlockSender(journal, publisher, retention, clock, newId, events, signal);
    const settings = {
      patience: { multilineMs: source.multiline ? source.multilineWaitMs : 0, lastLineMs: source.lastLineWaitMs },
      rules: { zone: source.timezone, multiline: source.multiline },
      service: source.service,
      scanMs: source.scanMs,
      forgetDays: retention.days,
    };
    return new FileFollower(() => this.find(stateFile), settings, journal, sender, clock, events, signal, watcher);
  }

  /** What the patterns lead to, but for the state file: each line that is read adds to it. */
  private async find(stateFile: string): Promise<FoundFiles> {
    const found = await findFiles(this.config.source.files);
    for (const { pattern, error } of found.failures) this.events.patternFailed(pattern, error);
    for (const pattern of found.patternsWithoutFile) {
      if (!this.toldEmpty.has(pattern)) this.events.patternMatchesNothing(pattern);
      this.toldEmpty.add(pattern);
    }
    const own = new Set([stateFile, `${stateFile}.new`].map((path) => resolve(path)));
    return { ...found, paths: found.paths.filter((path) => !own.has(resolve(path))) };
  }
}
