import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { ExpiredGroup } from '../log/expired-group';
import { Telemetry } from './telemetry';

/** How a run ended. */
type RunOutcome = 'completed' | 'stopped' | 'failed' | 'interrupted';

/** Runs take from milliseconds to the better part of an hour. */
const RUN_BUCKETS = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600];

/** What retention does. */
@Injectable()
export class RetentionEvents {
  private readonly runs: Counter<'outcome'>;
  private readonly duration: Histogram;
  private readonly lastCompleted: Gauge;
  private readonly chunks: Counter<'severity'>;
  private readonly records: Counter<'severity'>;
  private readonly bytes: Counter<'severity'>;
  private readonly takeovers: Counter;
  private readonly failures: Counter<'what'>;
  private inRun = { chunks: 0, records: 0, bytes: 0 };

  constructor(private readonly telemetry: Telemetry) {
    const registers = [telemetry.registry];
    const counter = (name: string, help: string): Counter<'severity'> =>
      new Counter({ name, help, labelNames: ['severity'], registers });
    this.runs = new Counter({
      name: 'logwarren_retention_runs_total',
      help: 'Retention runs of this process by how they ended.',
      labelNames: ['outcome'],
      registers,
    });
    this.duration = new Histogram({
      name: 'logwarren_retention_run_duration_seconds',
      help: 'How long retention runs took.',
      buckets: RUN_BUCKETS,
      registers,
    });
    this.lastCompleted = new Gauge({
      name: 'logwarren_retention_last_completed_timestamp_seconds',
      help: 'When this process last completed a retention run, Unix time; 0 before the first.',
      registers,
    });
    this.chunks = counter('logwarren_chunks_expired_total', 'Chunks removed because all of their records had expired.');
    this.records = counter('logwarren_records_expired_total', 'Records removed because they had expired.');
    this.bytes = counter('logwarren_expired_bytes_total', 'Bytes of the records removed, before compression.');
    this.takeovers = new Counter({
      name: 'logwarren_retention_takeovers_total',
      help: 'Times that this process took retention over from one that had gone silent.',
      registers,
    });
    this.failures = new Counter({
      name: 'logwarren_retention_failures_total',
      help: 'What failed of retention, by what: a run, which is tried again, its lease, or the closing of its receipt.',
      labelNames: ['what'],
      registers,
    });
  }

  /** @param rules empty: none */
  scheduled(cron: string, days: number, rules: string): void {
    const rest = rules === '' ? '' : `, but ${rules}`;
    this.telemetry.log.info(
      { cron, days, rules },
      `retention: records are kept ${days} days${rest}; runs at ${cron} UTC`,
    );
  }

  /** Another process runs now; this one waits in case that ends without finishing. */
  waiting(): void {
    this.telemetry.log.info('another process removes what has expired; standing by');
  }

  /** Another process has just done what was to be done. */
  coveredBy(run: string): void {
    this.telemetry.log.info({ run }, 'another process has removed what has expired');
  }

  tookOver(owner: string): void {
    this.takeovers.inc();
    this.telemetry.log.warn({ owner }, 'took retention over from a process that has gone silent');
  }

  /** The lease could not be renewed, or was taken: the run ends after the removal in hand. */
  leaseLost(error?: unknown): void {
    this.failures.inc({ what: 'lease' });
    this.telemetry.log.warn({ err: error }, 'another process may take retention over; stopping the run');
  }

  /** The lease could not be asked for or given back; it runs out by itself. */
  leaseFailed(error: unknown): void {
    this.failures.inc({ what: 'lease' });
    this.telemetry.log.warn({ err: error }, 'the lease of retention cannot be reached');
  }

  runStarted(run: string): void {
    this.inRun = { chunks: 0, records: 0, bytes: 0 };
    this.telemetry.log.debug({ run }, 'retention run started');
  }

  runInterrupted(run: string): void {
    this.telemetry.log.warn({ run }, 'an earlier retention run was interrupted; its receipt is closed');
  }

  /** Told as it goes, so that a long run shows in the metrics before it ends. */
  removed({ severity, chunks, records, bytes }: ExpiredGroup): void {
    this.chunks.inc({ severity }, chunks);
    this.records.inc({ severity }, records);
    this.bytes.inc({ severity }, bytes);
    this.inRun.chunks += chunks;
    this.inRun.records += records;
    this.inRun.bytes += bytes;
  }

  runGoesOn(run: string): void {
    this.telemetry.log.info({ run, ...this.inRun }, 'retention run goes on');
  }

  runEnded(run: string, outcome: RunOutcome, seconds: number): void {
    this.runs.inc({ outcome });
    this.duration.observe(seconds);
    if (outcome === 'completed') this.lastCompleted.setToCurrentTime();
    this.telemetry.log.info({ run, outcome, seconds, ...this.inRun }, `retention run ${outcome}`);
  }

  failed(error: unknown): void {
    this.failures.inc({ what: 'run' });
    this.telemetry.log.error({ err: error }, 'the retention run failed; it is tried again');
  }

  receiptLeftOpen(run: string, error: unknown): void {
    this.failures.inc({ what: 'receipt' });
    this.telemetry.log.warn({ run, err: error }, 'the receipt could not be closed; the next run closes it');
  }
}
