import { Injectable } from '@nestjs/common';
import { Counter, Histogram } from 'prom-client';
import { DURATION_BUCKETS } from './metrics';
import { Telemetry } from './telemetry';

/** What was asked for. */
export type SearchKind = 'page' | 'histogram' | 'record' | 'dead_letters' | 'receipts' | 'preview' | 'alerts';
/** How it ended; `aborted`: the client left; `refused`: there is no such record, or the cursor is none. */
export type SearchOutcome = 'complete' | 'partial' | 'too_busy' | 'aborted' | 'refused' | 'failed';

/** What searches do. */
@Injectable()
export class SearchEvents {
  private readonly searches: Counter<'kind' | 'outcome'>;
  private readonly duration: Histogram<'kind'>;
  private readonly records: Counter;
  private readonly chunks: Counter;
  private readonly unreadable: Counter;
  private readonly snapshotRetries: Counter;

  constructor(private readonly telemetry: Telemetry) {
    const registers = [telemetry.registry];
    this.searches = new Counter({
      name: 'logwarren_searches_total',
      help: 'Searches by what was asked for and how they ended.',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.duration = new Histogram({
      name: 'logwarren_search_duration_seconds',
      help: 'How long searches took, all but those refused as too many.',
      labelNames: ['kind'],
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.records = new Counter({
      name: 'logwarren_search_records_scanned_total',
      help: 'Records that searches looked at.',
      registers,
    });
    this.chunks = new Counter({
      name: 'logwarren_search_chunks_read_total',
      help: 'Chunks that searches fetched.',
      registers,
    });
    this.unreadable = new Counter({
      name: 'logwarren_search_unreadable_chunks_total',
      help: 'Times that a search met a chunk that cannot be read.',
      registers,
    });
    this.snapshotRetries = new Counter({
      name: 'logwarren_search_snapshot_retries_total',
      help: 'Times that a search began anew because the store could no longer give its snapshot.',
      registers,
    });
  }

  ended(kind: SearchKind, outcome: SearchOutcome, seconds: number): void {
    this.searches.inc({ kind, outcome });
    if (outcome !== 'too_busy') this.duration.observe({ kind }, seconds);
    this.telemetry.log.debug({ kind, outcome, seconds }, 'search ended');
  }

  read(chunks: number, records: number): void {
    this.chunks.inc(chunks);
    this.records.inc(records);
  }

  snapshotsRetried(times: number): void {
    this.snapshotRetries.inc(times);
    this.telemetry.log.debug({ times }, 'a search began anew in another snapshot');
  }

  chunkUnreadable(error: Error): void {
    this.unreadable.inc();
    this.telemetry.log.error({ err: error }, 'a chunk cannot be read; its records are missing from searches');
  }
}
