import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AlertCounts, CountBatch } from '../../alerts/alert-counts';
import type { AlertEvaluator } from '../../alerts/alert-evaluator';
import type { AlertRule } from '../../alerts/alert-rule';
import type { Watch } from '../../alerts/alert-state';
import { type Clock, SECOND_US } from '../../log/timestamp';
import type { MonitoringEvents } from '../../telemetry/monitoring-events';
import type { Notifier } from './notifier';
import type { Tally } from './tally';

const EVERY_MS = 500;
/** Rounds between two looks at what other monitors left behind and at what has become calm. */
const SWEEP_EVERY = 4;
/** Rounds that lie further apart, microseconds: the process was frozen, its clock was set, or a slow store hides which. */
const GAP = 5 * SECOND_US;
/** A stop waits no longer for the store. */
const DRAIN_MS = 5_000;

/** What a {@link Monitor} works with. */
export interface MonitorParts {
  readonly tally: Tally;
  readonly rules: readonly AlertRule[];
  readonly counts: Pick<AlertCounts, 'add'>;
  readonly evaluator: Pick<AlertEvaluator, 'judge' | 'sweep'>;
  readonly notifier: Pick<Notifier, 'wake' | 'stop'>;
  readonly events: MonitoringEvents;
  readonly clock: Clock;
  /** Whether records reach this monitor now. */
  readonly isConsuming: () => boolean;
}

/**
 * The round that a monitor goes twice a second: what was counted in memory is added to the counters in MongoDB, then the
 * series it belongs to are judged, then notices are sent. A round that fails is gone again with the same batch, so that
 * nothing is counted twice or lost, while counting goes on in memory.
 */
export class Monitor {
  private readonly instance = `m${randomBytes(6).toString('hex')}`;
  private sequence = 0;
  private rounds = 0;
  /** The batch that may or may not have been added. */
  private unsaved: CountBatch | null = null;
  /** Series that were counted and not judged yet. */
  private unjudged = new Set<string>();
  /** Since when nothing has stood between the records and their being judged, microseconds. */
  private watchingSince: number;
  private awaySince: number | null = null;
  /** When the last round began, microseconds. */
  private roundAt: number;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: MonitorParts) {
    this.watchingSince = this.roundAt = parts.clock();
  }

  start(): void {
    this.running = this.goOn();
  }

  /** The last round. Resolves when what was counted is saved and judged, or after some seconds without success. */
  async stop(): Promise<void> {
    const { clock, events, tally, notifier } = this.parts;
    const startedAt = clock();
    this.stopping.abort();
    try {
      await within(
        DRAIN_MS,
        this.running.then(() => this.finish()),
      );
      events.drained((clock() - startedAt) / SECOND_US);
    } catch (error) {
      const left = [...(this.unsaved?.series ?? []), ...tally.take(clock()).series];
      events.drainFailed(
        error,
        left.flatMap(({ buckets }) => buckets).reduce((sum, { count }) => sum + count, 0),
      );
    }
    await notifier.stop();
  }

  /** One round. Rejects while the store is away. */
  async round(): Promise<void> {
    const { counts, evaluator, notifier, rules, clock } = this.parts;
    const window = Math.max(0, ...rules.map((rule) => rule.window));
    const watch = this.watch();
    this.unsaved ??= this.nextBatch();
    if (this.unsaved !== null) await counts.add(this.unsaved, clock(), window);
    for (const { fingerprint } of this.unsaved?.series ?? []) this.unjudged.add(fingerprint);
    this.unsaved = null;
    await evaluator.judge([...this.unjudged], watch);
    this.unjudged.clear();
    // After a failure always: else a round that has nothing to ask of the store would pass for its return.
    if (this.rounds++ % SWEEP_EVERY === 0 || this.awaySince !== null) await evaluator.sweep(watch);
    notifier.wake();
  }

  /**
   * Until when the batch of this round speaks, and since when there was no gap. What came while the process was frozen
   * may still wait to be seen; and nothing is known of times that a clock shows which was set.
   */
  private watch(): Watch {
    const now = this.parts.clock();
    if (now < this.roundAt || now > this.roundAt + GAP) this.watchingSince = now;
    this.roundAt = now;
    return { now, since: this.watchingSince };
  }

  private async goOn(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.tryRound();
      await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined); // cut short by a stop
    }
  }

  /** Never rejects. */
  private async tryRound(): Promise<void> {
    const { events, clock, isConsuming } = this.parts;
    if (!isConsuming()) this.watchingSince = clock();
    try {
      await this.round();
      if (this.awaySince !== null) events.storeBack((clock() - this.awaySince) / SECOND_US);
      this.awaySince = null;
    } catch (error) {
      this.watchingSince = clock();
      this.awaySince ??= this.watchingSince;
      events.storeAway(error, EVERY_MS);
    }
  }

  /** What is in a batch that failed comes first, then what was counted since. */
  private async finish(): Promise<void> {
    this.awaySince = null; // with nothing to save, a stop need not ask a store that is away
    if (this.unsaved !== null) await this.round();
    await this.round();
  }

  private nextBatch(): CountBatch | null {
    const { tally, events, clock } = this.parts;
    const { series, uncounted } = tally.take(clock());
    for (const [reason, count] of uncounted) events.recordsUncounted(reason, count);
    return series.length === 0 ? null : { instance: this.instance, sequence: ++this.sequence, series };
  }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const timer = new AbortController();
  const late = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`not done within ${ms} ms`);
  });
  try {
    await Promise.race([work, late.catch(rejectUnlessAborted(timer.signal))]);
  } finally {
    timer.abort();
  }
}

const rejectUnlessAborted =
  (signal: AbortSignal) =>
  (error: unknown): void => {
    if (!signal.aborted) throw error;
  };
