import { join } from 'node:path';
import { decodePack } from '../../src/log/pack';
import { type Packs, RecordPublisher } from '../../src/messaging/record-publisher';
import { findFiles } from '../../src/modules/source/find-files';
import { BlockSender } from '../../src/modules/source/follow/block-sender';
import { FileFollower } from '../../src/modules/source/follow/file-follower';
import type { StateEntry } from '../../src/modules/source/follow/source-state';
import { type Journal, StateJournal } from '../../src/modules/source/follow/state-journal';
import { FileEvents } from '../../src/telemetry/file-events';
import { SourceEvents } from '../../src/telemetry/source-events';
import { v7 as uuidv7 } from 'uuid';
import { type LogLine, memoryTelemetry } from './http-app';

/** A record as it is stored. */
export interface StoredRecord {
  readonly timestamp: number;
  readonly service: string;
  readonly body: string;
}

/** What a store keeps that knows packs by their ids; a pack that comes again with other content is an error. */
export class StoreByPackId {
  readonly problems: string[] = [];
  private readonly packs = new Map<string, { bytes: Buffer; service: string }>();

  take(id: string, service: string, bytes: Buffer): void {
    const known = this.packs.get(id);
    if (known === undefined) this.packs.set(id, { bytes, service });
    else if (!known.bytes.equals(bytes)) this.problems.push(`pack ${id} came again with other content`);
  }

  /** By time. */
  records(): StoredRecord[] {
    const all = [...this.packs.values()].flatMap(({ bytes, service }) =>
      decodePack(bytes).records.map(({ timestamp, body }) => ({ timestamp: timestamp ?? NaN, service, body })),
    );
    return all.sort((a, b) => a.timestamp - b.timestamp);
  }

  bodies(): string[] {
    return this.records().map(({ body }) => body);
  }
}

/** One life of a process: ends at once when its steps are used up, as a SIGKILL would end it. */
class Life {
  readonly ended = new AbortController();

  constructor(private steps: number) {}

  /** Throws when the process is no longer alive. */
  step(): void {
    if (this.steps-- <= 0) this.ended.abort();
    if (this.ended.signal.aborted) throw new Error('killed');
  }
}

class MortalPublisher extends RecordPublisher {
  override readonly isConnected = true;
  override readonly isFull = false;

  constructor(
    private readonly store: StoreByPackId,
    private readonly life: Life,
  ) {
    super();
  }

  override async whenRoom(): Promise<void> {}

  override publish(): Promise<void> {
    throw new Error('unexpected: files are published under a key');
  }

  /** The process may die after each pack, and before the confirm. */
  override async publishPacks(packs: Packs): Promise<void> {
    for await (const pack of packs) {
      if (pack.id === null) throw new Error('unexpected: a pack without an id of its own');
      this.life.step();
      this.store.take(pack.id, pack.service, pack.body);
    }
    this.life.step();
  }
}

/** The process may die before and after each entry. */
function mortalJournal(journal: StateJournal, life: Life): Journal {
  const write = async (entry: StateEntry, isDurable: boolean): Promise<void> => {
    life.step();
    await journal.append(entry, isDurable);
    life.step();
  };
  const append = (entry: StateEntry, isDurable: boolean): Promise<void> => {
    const written = write(entry, isDurable);
    written.catch(() => undefined); // not everybody waits for it
    return entry.kind === 'done' ? written.catch(() => new Promise(() => undefined)) : written;
  };
  return { state: journal.state, append };
}

/** A file source over real files whose process can be killed between any two steps, and started again. */
export class FollowedWorld {
  readonly store = new StoreByPackId();
  readonly logged: LogLine[] = [];
  multilineMs = 5;
  lastLineMs = 60_000;
  multiline = true;
  scanMs = 15;
  private life: Life | null = null;
  private running: Promise<void> = Promise.resolve();
  private journal: StateJournal | null = null;

  constructor(
    readonly folder: string,
    private readonly patterns: readonly string[],
  ) {}

  /** @param steps after so many the process dies. */
  async start(steps = Infinity): Promise<void> {
    await this.stop();
    const stateFile = join(this.folder, '.state', 'files.ndjson');
    const fail = (error: unknown): never => {
      throw error;
    };
    this.journal = await StateJournal.open(stateFile, () => undefined, fail);
    const life = new Life(steps);
    this.life = life;
    const telemetry = memoryTelemetry(this.logged);
    const events = new FileEvents(telemetry, new SourceEvents(telemetry));
    const clock = (): number => Date.now() * 1_000;
    const journal = mortalJournal(this.journal, life);
    const { signal } = life.ended;
    const newId = (time: number): string => uuidv7({ msecs: Math.floor(time / 1_000) });
    const publisher = new MortalPublisher(this.store, life);
    const sender = new BlockSender(journal, publisher, { days: 10 }, clock, newId, events, signal);
    const settings = {
      patience: { multilineMs: this.multilineMs, lastLineMs: this.lastLineMs },
      rules: { zone: 'UTC', multiline: this.multiline },
      service: null,
      scanMs: this.scanMs,
      forgetDays: 10,
    };
    const find = () => findFiles(this.patterns.map((pattern) => join(this.folder, pattern)));
    const watcher = { watch: () => undefined, unwatch: () => undefined };
    this.running = new FileFollower(find, settings, journal, sender, clock, events, signal, watcher).run();
  }

  get isAlive(): boolean {
    return this.life !== null && !this.life.ended.signal.aborted;
  }

  /** Ends the process, unless it has died. */
  async stop(): Promise<void> {
    this.life?.ended.abort();
    await this.running;
    await this.journal?.close();
    this.journal = null;
    this.life = null;
  }
}
