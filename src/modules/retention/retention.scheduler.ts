import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { retentionCutoff } from '../../log/retention-policy';
import { SEVERITIES } from '../../log/severity';
import { type Clock, formatTimestamp } from '../../log/timestamp';
import { ChunkCollection } from '../../storage/chunk-collection';
import { expireChunks } from '../../storage/expire';
import { RetentionEvents } from '../../telemetry/retention-events';
import { CLOCK } from '../../telemetry/telemetry.module';

/** Removes expired chunks at the times that the configuration names, and once at the start. */
@Injectable()
export class RetentionScheduler implements OnApplicationBootstrap {
  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly chunks: ChunkCollection,
    private readonly events: RetentionEvents,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    const { cron, days } = this.config.retention;
    const job = CronJob.from({ cronTime: cron, onTick: () => this.run(), timeZone: 'UTC' });
    this.scheduler.addCronJob('retention', job);
    job.start();
    this.events.scheduled(cron, days);
    void this.run();
  }

  /** One run. Never rejects: a run that fails is told, and the next one does its work. */
  async run(): Promise<void> {
    try {
      const now = this.clock();
      const cutoff = Math.min(
        ...SEVERITIES.map((severity) => retentionCutoff(this.config.retention, '', severity, now)),
      );
      this.events.expired(await expireChunks(this.chunks.native, cutoff), formatTimestamp(cutoff));
    } catch (error) {
      this.events.failed(error);
    }
  }
}
