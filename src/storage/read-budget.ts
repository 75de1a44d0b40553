import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../log/timestamp';

/** Whoever asked no longer waits for the answer. */
export class ReadAborted extends Error {
  /** As what Node itself throws when something is aborted. */
  readonly code = 'ABORT_ERR';
  override readonly name = 'ReadAborted';

  constructor() {
    super('nobody waits for the answer any more');
  }
}

/** What reading has cost so far. */
export interface ReadCosts {
  chunksRead: number;
  recordsScanned: number;
  /** How often it began anew in another snapshot. */
  snapshotRetries: number;
}

/** How long one read may go on, and whether it should at all. */
export class ReadBudget {
  readonly costs: ReadCosts = { chunksRead: 0, recordsScanned: 0, snapshotRetries: 0 };
  private readonly deadline: number;

  constructor(
    private readonly clock: Clock,
    /** Microseconds from now. */
    readonly timeLimit: number,
    private readonly signal: AbortSignal,
  ) {
    this.deadline = clock() + timeLimit;
  }

  /** Whether the time is up. */
  get isOver(): boolean {
    return this.clock() >= this.deadline;
  }

  /** What a command of the store may take, milliseconds; a little longer than is left, so that the reader ends first. */
  get maxTimeMs(): number {
    return Math.max(0, Math.ceil((this.deadline - this.clock()) / 1_000)) + GRACE_MS;
  }

  /** Lets everything else in the process have its turn. Rejects with {@link ReadAborted} when the read was aborted. */
  async pause(): Promise<void> {
    await nextTurn();
    if (this.signal.aborted) throw new ReadAborted();
  }
}

const GRACE_MS = 1_000;
