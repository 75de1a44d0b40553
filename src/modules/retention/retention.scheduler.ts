import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { RetentionEvents } from '../../telemetry/retention-events';
import { pause, RetentionRunner } from './retention-runner';

const JOB = 'retention';
/** Removes expired chunks at the times that the configuration names, and once at the start; one run after another. */
@Injectable()
export class RetentionScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** A run that failed is tried again after this time, ms. */
  retryMs = 60_000;
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly runner: RetentionRunner,
    private readonly events: RetentionEvents,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    const { cron, days, rules } = this.config.retention;
    const job = CronJob.from({ cronTime: cron, onTick: () => this.start(), timeZone: 'UTC' });
    this.scheduler.addCronJob(JOB, job);
    job.start();
    this.events.scheduled(cron, days, String(rules));
    this.start();
  }

  /** Ends a run after the removal in hand. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Does nothing while a run goes on: that one removes what this one would. */
  private start(): void {
    this.running ??= this.untilDone().finally(() => (this.running = null));
  }

  /** Never rejects. */
  private async untilDone(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        if (await this.runner.run(signal)) return;
      } catch (error) {
        this.events.failed(error);
      }
      await pause(this.retryMs, signal);
    }
  }
}
