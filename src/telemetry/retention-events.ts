import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { Telemetry } from './telemetry';

/** What retention does. */
@Injectable()
export class RetentionEvents {
  private readonly chunksExpired: Counter;
  private readonly failures: Counter;

  constructor(private readonly telemetry: Telemetry) {
    const registers = [telemetry.registry];
    this.chunksExpired = new Counter({
      name: 'logwarren_chunks_expired_total',
      help: 'Chunks removed because all of their records were past retention.',
      registers,
    });
    this.failures = new Counter({
      name: 'logwarren_retention_failures_total',
      help: 'Retention runs that failed; the next one does their work.',
      registers,
    });
  }

  scheduled(cron: string, days: number): void {
    this.telemetry.log.info({ cron, days }, `retention: records older than ${days} days are removed, at ${cron} UTC`);
  }

  expired(chunks: number, cutoff: string): void {
    this.chunksExpired.inc(chunks);
    this.telemetry.log.info({ chunks, cutoff }, 'expired chunks removed');
  }

  failed(error: unknown): void {
    this.failures.inc();
    this.telemetry.log.error({ err: error }, 'the retention run failed; the next one does its work');
  }
}
