import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { ApiError } from '../../http/api-error';
import { type Clock, MILLISECOND_US, SECOND_US } from '../../log/timestamp';
import { Heartbeats } from '../../storage/heartbeats';
import { ReadAborted, ReadBudget, type ReadCosts } from '../../storage/read-budget';
import { type Completeness, completenessOf } from '../../storage/read-completeness';
import { within } from '../../storage/read-snapshot';
import { SearchEvents, type SearchKind, type SearchOutcome } from '../../telemetry/search-events';
import { CLOCK } from '../../telemetry/telemetry.module';
import type { StatsAnswer } from './search-answers';
import { SearchGate } from './search-gate';

/** The store answers its first question within this time, or counts as away; ms. */
const FIRST_ANSWER_MS = 3_000;

/** What a search may use while it runs. */
export interface RunningSearch {
  readonly budget: ReadBudget;
  /** As of before the search: what it vouches for, the search sees. */
  readonly completeness: Completeness;
  readonly stats: () => StatsAnswer;
}

/** How a search ended. */
export interface SearchEnd<T> {
  readonly answer: T;
  readonly isPartial?: boolean;
  /** What could not be read. */
  readonly damaged?: readonly Error[];
}

/** Runs searches: so many at once, each within its time, each counted. */
@Injectable()
export class SearchRunner {
  private readonly gate: SearchGate;

  constructor(
    private readonly heartbeats: Heartbeats,
    private readonly events: SearchEvents,
    @Inject(CONFIG) private readonly config: Pick<Config, 'search'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.gate = new SearchGate(config.search.concurrency);
  }

  /**
   * What `search` answers. Rejects with ApiError `too_busy`, with what the store is away with (within seconds, as the
   * completeness is asked for first), and with {@link ReadAborted} once `signal` says that nobody waits any more.
   */
  async run<T>(
    kind: SearchKind,
    signal: AbortSignal,
    search: (running: RunningSearch) => Promise<SearchEnd<T>>,
  ): Promise<T> {
    const startedAt = this.clock();
    let outcome: SearchOutcome = 'failed';
    try {
      const { answer, isPartial = false, damaged = [] } = await this.gate.run(() => this.begin(signal, search));
      damaged.forEach((error) => this.events.chunkUnreadable(error));
      outcome = isPartial ? 'partial' : 'complete';
      return answer;
    } catch (error) {
      outcome = outcomeOf(error);
      throw error;
    } finally {
      this.events.ended(kind, outcome, (this.clock() - startedAt) / SECOND_US);
    }
  }

  private async begin<T>(
    signal: AbortSignal,
    search: (running: RunningSearch) => Promise<SearchEnd<T>>,
  ): Promise<SearchEnd<T>> {
    const startedAt = this.clock();
    const budget = new ReadBudget(this.clock, this.config.search.timeLimitMs * MILLISECOND_US, signal);
    const heartbeats = await within(FIRST_ANSWER_MS, this.heartbeats.readAll());
    const completeness = completenessOf(heartbeats, this.clock());
    try {
      return await search({ budget, completeness, stats: () => this.stats(budget.costs, startedAt) });
    } finally {
      const { chunksRead, recordsScanned, snapshotRetries } = budget.costs;
      this.events.read(chunksRead, recordsScanned);
      if (snapshotRetries > 0) this.events.snapshotsRetried(snapshotRetries);
    }
  }

  private stats({ chunksRead, recordsScanned }: ReadCosts, startedAt: number): StatsAnswer {
    return { chunksRead, recordsScanned, elapsedMs: (this.clock() - startedAt) / MILLISECOND_US };
  }
}

function outcomeOf(error: unknown): SearchOutcome {
  if (error instanceof ReadAborted) return 'aborted';
  if (!(error instanceof ApiError) || error.statusCode >= 500) return 'failed';
  return error.code === 'too_busy' ? 'too_busy' : 'refused';
}
