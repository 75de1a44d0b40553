import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { ApiError } from '../../http/api-error';
import { InvalidParameters } from '../../http/invalid-parameters';
import type { LogFilter, TimeRange } from '../../log/log-query';
import { decodeRecordId } from '../../log/record-id';
import { type Clock, formatTimestamp } from '../../log/timestamp';
import type { ChunkUnreadable } from '../../storage/chunk-unreadable';
import type { Completeness } from '../../storage/read-completeness';
import type { GroupBy } from '../../storage/read-histogram';
import { LogReader } from '../../storage/read-logs';
import { CLOCK } from '../../telemetry/telemetry.module';
import { type GivenFilter, readFilter } from './filter-parameters';
import { makeBuckets } from './histogram-buckets';
import { chooseInterval, formatInterval, parseInterval } from './histogram-interval';
import { type GivenPage, readPageParameters } from './page-parameters';
import {
  type CompletenessAnswer,
  type HistogramAnswer,
  type LogsAnswer,
  type OneRecordAnswer,
  recordAnswer,
  type SearchAnswer,
} from './search-answers';
import { type RunningSearch, SearchRunner } from './search-runner';
import { type GivenRange, readRange } from './time-parameter';
import { warningsFor } from './warnings';

export interface GivenHistogram extends GivenFilter, GivenRange {
  readonly interval?: string | undefined;
  readonly groupBy?: GroupBy | undefined;
}

/** Answers what is asked of the stored records. */
@Injectable()
export class SearchService {
  constructor(
    private readonly reader: LogReader,
    private readonly runner: SearchRunner,
    @Inject(CONFIG) private readonly config: Pick<Config, 'retention'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** A page of records. */
  async page(given: GivenPage, signal: AbortSignal): Promise<LogsAnswer> {
    const now = this.clock();
    const { query, cursorAt } = readPageParameters(given, now);
    return this.runner.run('page', signal, async (running) => {
      const page = await this.reader.page(query, running.budget);
      const answer: LogsAnswer = {
        records: page.records.map(recordAnswer),
        nextCursor: page.next === null ? null : cursorAt(page.next),
        ...this.frame(query, now, running, page),
      };
      return { answer, isPartial: page.isOutOfTime, damaged: page.damaged };
    });
  }

  /** The counts of all records that paging would return. */
  async histogram(given: GivenHistogram, signal: AbortSignal): Promise<HistogramAnswer> {
    const now = this.clock();
    const filter = readFilter(given);
    const range = readRange(given, now);
    const asked = parseInterval(given.interval ?? 'auto');
    const groupBy = given.groupBy ?? 'severity';
    const lastOf = (newest: number | null): number =>
      range.to === null ? Math.max(range.from, now, newest ?? -Infinity) : range.to - 1;
    const intervalFor = (newest: number | null): number => chooseInterval(asked, range.from, lastOf(newest));
    return this.runner.run('histogram', signal, async (running) => {
      const counts = await this.reader.count({ filter, range, groupBy, intervalFor }, running.budget);
      const { groups, interval, newest } = counts;
      const buckets = makeBuckets(groups, groupBy !== 'none', range.from, lastOf(newest), interval);
      const answer: HistogramAnswer = {
        interval: formatInterval(interval),
        buckets: buckets.map((bucket) => ({ ...bucket, start: formatTimestamp(bucket.start) })),
        ...this.frame({ filter, range }, now, running, { ...counts, isOutOfRoom: false }),
      };
      return { answer, isPartial: counts.isOutOfTime, damaged: counts.damaged };
    });
  }

  /** One record. Rejects with ApiError: `invalid_parameter` for what is no id, `not_found` for an unknown or expired one. */
  async record(id: string, signal: AbortSignal): Promise<OneRecordAnswer> {
    const key = decodeRecordId(id);
    if (key === null) {
      throw new InvalidParameters([{ parameter: 'id', given: id, allowed: 'the id of a record, as a search gave it' }]);
    }
    return this.runner.run('record', signal, async ({ budget }) => {
      const record = await this.reader.record(key, budget);
      if (record === null) throw new ApiError('not_found', 'There is no such record, or it has expired');
      return { answer: { record: recordAnswer(record) } };
    });
  }

  private frame(
    { filter, range }: { readonly filter: LogFilter; readonly range: TimeRange },
    now: number,
    { completeness, stats }: RunningSearch,
    found: { isOutOfTime: boolean; isOutOfRoom: boolean; damaged: readonly ChunkUnreadable[] },
  ): SearchAnswer {
    const { damaged, isOutOfRoom } = found;
    const { retention } = this.config;
    return {
      from: formatTimestamp(range.from),
      to: range.to === null ? null : formatTimestamp(range.to),
      completeness: completenessAnswer(completeness),
      partial: found.isOutOfTime ? { reason: 'time_limit' } : null,
      warnings: warningsFor({ filter, range, retention, now, completeness, damaged, isOutOfRoom }),
      stats: stats(),
    };
  }
}

function completenessAnswer({ storedUntil, waiting }: Completeness): CompletenessAnswer {
  return { storedUntil: storedUntil === null ? null : formatTimestamp(storedUntil), waiting };
}
