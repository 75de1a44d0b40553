import { Inject, Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { type LogFilter, looksInside, type Order, type TimeRange } from '../log/log-query';
import type { LogRecord } from '../log/log-record';
import type { RecordKey } from '../log/record-order';
import { retentionCutoff } from '../log/retention-policy';
import { type Clock, MILLISECOND_US } from '../log/timestamp';
import { CLOCK } from '../telemetry/telemetry.module';
import type { Chunk } from './chunk';
import { ChunkCollection } from './chunk-collection';
import type { ReadBudget } from './read-budget';
import type { FeedSource } from './read-feed';
import { boundsOf, findsFor } from './read-finds';
import { countRecords, type Counts, type GroupBy } from './read-histogram';
import { NewestFirst } from './read-newest';
import { OldestFirst } from './read-oldest';
import { type Page, readPage } from './read-page';
import { type Position, type Window, windowOf } from './read-position';
import { readRecord } from './read-record';
import { inSnapshot, isTimeLimit, within } from './read-snapshot';
import { RecordMatcher } from './read-text';
import { StoreDatabase } from './store-database';

export interface PageQuery {
  readonly filter: LogFilter;
  readonly range: TimeRange;
  readonly order: Order;
  /** Where the page before ended; null for the first page. */
  readonly position: Position | null;
  /** Records a page, 1 or more. */
  readonly limit: number;
}

export interface CountQuery {
  readonly filter: LogFilter;
  readonly range: TimeRange;
  readonly groupBy: GroupBy;
  /**
   * Length of a bucket, microseconds. Given the last time of the newest chunk that the filter does not rule out, null
   * when there is none; what it throws, the count rejects with.
   */
  readonly intervalFor: (newest: number | null) => number;
}

/** How much longer than its time limit a read may be silent before the store counts as gone. */
const SILENCE_MS = 5_000;

/**
 * Reads records from the store, in the total order, each query as of one moment. Never gives a record that has expired,
 * or lies outside of the range. Rejects with `StoreUnavailable` or the driver's error when the store is away, and with
 * `ReadAborted` when the budget's signal says so.
 */
@Injectable()
export class LogReader {
  constructor(
    private readonly database: StoreDatabase,
    private readonly chunks: ChunkCollection,
    @Inject(CONFIG) private readonly config: Pick<Config, 'retention'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** One page. When the budget ends first: what was found, and a position that goes on from there. */
  async page({ filter, range, order, position, limit }: PageQuery, budget: ReadBudget): Promise<Page> {
    const windowFor = this.windows(range, order, position);
    const matcher = new RecordMatcher(filter);
    const from = order === 'asc' ? Math.max(range.from, position?.timestamp ?? -Infinity) : range.from;
    const end = range.to ?? Infinity;
    const to = order === 'desc' && position !== null ? Math.min(end, position.timestamp + 1) : end;
    const batchSize = batchSizeFor(filter, limit);
    return this.snapshot(budget, async (session) => {
      const source: FeedSource = { ...this.parts(session, budget), filter, from, to, batchSize };
      const feed = order === 'desc' ? new NewestFirst(source) : new OldestFirst(source);
      try {
        return await readPage({ feed, matcher, budget, order, position, limit, windowOf: windowFor });
      } finally {
        await feed.close();
      }
    });
  }

  /** Counts the records that paging would return. When the budget ends first: those counted until then. */
  async count(
    { filter, range, groupBy, intervalFor }: CountQuery,
    budget: ReadBudget,
  ): Promise<Counts & { interval: number }> {
    const { from } = range;
    const to = range.to ?? Infinity;
    return this.snapshot(budget, async (session) => {
      const newest = await this.newestTime(filter, from, to, session, budget).catch((error: unknown) => {
        if (isTimeLimit(error)) return undefined;
        throw error;
      });
      const interval = intervalFor(newest ?? null);
      if (newest === undefined) return { groups: new Map(), newest: null, isOutOfTime: true, damaged: [], interval };
      const parts = this.parts(session, budget);
      const windowFor = this.windows(range, 'asc', null);
      const counts = await countRecords({ ...parts, filter, from, to, interval, groupBy, windowOf: windowFor });
      return { ...counts, interval };
    });
  }

  /** The record of this key; null when there is none, or it has expired. */
  async record(key: RecordKey, budget: ReadBudget): Promise<LogRecord | null> {
    if (key.timestamp < retentionCutoff(this.config.retention, key.service, key.severity, this.clock())) return null;
    return this.snapshot(budget, (session) => readRecord(this.chunks.native, session, budget, key));
  }

  private async newestTime(
    filter: LogFilter,
    from: number,
    to: number,
    session: mongo.ClientSession,
    budget: ReadBudget,
  ): Promise<number | null> {
    let newest: number | null = null;
    for (const find of findsFor(filter)) {
      const options = { session, hint: find.hint, maxTimeMS: budget.maxTimeMs };
      const cursor = this.chunks.native
        .find(boundsOf(find, from, to), options)
        .sort({ to: -1 })
        .limit(1);
      const [header] = await cursor.project<Pick<Chunk, 'to'>>({ to: 1 }).toArray();
      if (header !== undefined) newest = Math.max(newest ?? header.to, header.to);
    }
    return newest;
  }

  private windows(
    range: TimeRange,
    order: Order,
    position: Position | null,
  ): (owner: Pick<Chunk, 'service' | 'severity'>) => Window {
    const now = this.clock();
    const { retention } = this.config;
    return (owner) => {
      const cutoff = retentionCutoff(retention, owner.service, owner.severity, now);
      return windowOf(owner, range, cutoff, order, position);
    };
  }

  private parts(session: mongo.ClientSession, budget: ReadBudget): Pick<FeedSource, 'chunks' | 'session' | 'budget'> {
    return { chunks: this.chunks.native, session, budget };
  }

  private snapshot<T>(budget: ReadBudget, read: (session: mongo.ClientSession) => Promise<T>): Promise<T> {
    const silence = budget.timeLimit / MILLISECOND_US + SILENCE_MS;
    return within(
      silence,
      inSnapshot(
        (options) => this.database.client.startSession(options),
        read,
        () => budget.costs.snapshotRetries++,
      ),
    );
  }
}

/** Chunks a pull: enough for the first page of one service, of all services, and of a look through everything. */
const BATCH = { one: 16, many: 64, all: 128 } as const;
/** Records of a page for which a pull fetches one chunk. */
const RECORDS_A_CHUNK = 40;

function batchSizeFor(filter: LogFilter, limit: number): number {
  if (looksInside(filter)) return BATCH.all;
  const least = filter.services === null && filter.severities.length > 1 ? BATCH.many : BATCH.one;
  return Math.min(BATCH.all, Math.max(least, Math.ceil(limit / RECORDS_A_CHUNK)));
}
