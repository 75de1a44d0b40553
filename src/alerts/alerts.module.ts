import { setTimeout as sleep } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { ensureCollections } from '../storage/ensure-collections';
import { StorageModule } from '../storage/storage.module';
import { StoreDatabase } from '../storage/store-database';
import { StoreEvents } from '../telemetry/store-events';
import { AlertCounts } from './alert-counts';
import { AlertDatabase } from './alert-database';
import { alertPlans } from './alert-documents';
import { AlertOutbox } from './alert-outbox';
import { AlertReader } from './alert-reader';
import { AlertStore } from './alert-store';

const RETRY_DELAY_MS = 1_000;

/** Waits for MongoDB, which may go away again after the store has been opened. */
async function openAlerts(store: StoreDatabase, config: Config, events: StoreEvents): Promise<AlertDatabase> {
  for (;;) {
    try {
      await ensureCollections(store.db, alertPlans(config.retention.days));
      return new AlertDatabase(store);
    } catch (error) {
      events.notReady(error);
      await sleep(RETRY_DELAY_MS);
    }
  }
}

/** Where alerts are kept. Its providers exist once MongoDB is there and holds all collections and indexes. */
@Module({
  imports: [StorageModule],
  providers: [
    { provide: AlertDatabase, inject: [StoreDatabase, CONFIG, StoreEvents], useFactory: openAlerts },
    AlertCounts,
    AlertStore,
    AlertOutbox,
    AlertReader,
  ],
  exports: [AlertCounts, AlertStore, AlertOutbox, AlertReader],
})
export class AlertsModule {}
