import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { ExpiryModule } from '../../expiry/expiry.module';
import { ReceiptLedger } from '../../expiry/receipt-ledger';
import type { Clock } from '../../log/timestamp';
import { ChunkExpiry } from '../../storage/expire';
import { Leases } from '../../storage/leases';
import { StorageModule } from '../../storage/storage.module';
import { RetentionEvents } from '../../telemetry/retention-events';
import { CLOCK } from '../../telemetry/telemetry.module';
import { RetentionRunner } from './retention-runner';
import { RetentionScheduler } from './retention.scheduler';

/** The role that removes what has expired. */
@Module({
  imports: [ScheduleModule.forRoot(), StorageModule, ExpiryModule],
  providers: [
    RetentionEvents,
    RetentionScheduler,
    {
      provide: RetentionRunner,
      inject: [ChunkExpiry, ReceiptLedger, Leases, RetentionEvents, CONFIG, CLOCK],
      useFactory: (
        chunks: ChunkExpiry,
        ledger: ReceiptLedger,
        leases: Leases,
        events: RetentionEvents,
        config: Config,
        clock: Clock,
      ) => new RetentionRunner({ chunks, ledger, leases, events, policy: config.retention, clock }),
    },
  ],
})
export class RetentionModule {}
