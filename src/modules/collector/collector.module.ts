import { Module } from '@nestjs/common';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { ConsumingModule } from '../../messaging/consuming.module';
import { StorageModule } from '../../storage/storage.module';
import { StoreUnavailable } from '../../storage/store-unavailable';
import { CollectorEvents } from '../../telemetry/collector-events';
import { ChunkGatherStore } from './chunk-gather-store';
import { CollectorConsumer } from './collector.consumer';
import { Gatherer } from './gatherer';
import { Heartbeat } from './heartbeat';
import { OUTAGE_LIMITS, outageRetry } from './outage';
import { StoreProbe } from './store-probe';
import { writeGather } from './write-gather';

/** The role that stores: message -> records -> gather -> chunks, and only then the acknowledgement. */
@Module({
  imports: [ConsumingModule, StorageModule],
  providers: [
    CollectorEvents,
    ChunkGatherStore,
    StoreProbe,
    CollectorConsumer,
    Heartbeat,
    {
      provide: Gatherer,
      useFactory: (store: ChunkGatherStore, events: CollectorEvents, config: Config) => {
        const isTransient = (error: unknown): boolean => error instanceof StoreUnavailable;
        const retry = outageRetry(isTransient, OUTAGE_LIMITS, events, () => performance.now());
        return new Gatherer((gather) => writeGather(gather, store, retry), config.collector);
      },
      inject: [ChunkGatherStore, CollectorEvents, CONFIG],
    },
  ],
})
export class CollectorModule {}
