import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { StorageModule } from '../../storage/storage.module';
import { RetentionEvents } from '../../telemetry/retention-events';
import { RetentionScheduler } from './retention.scheduler';

/** The role that removes what has expired. */
@Module({
  imports: [ScheduleModule.forRoot(), StorageModule],
  providers: [RetentionEvents, RetentionScheduler],
})
export class RetentionModule {}
