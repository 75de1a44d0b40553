import { setTimeout as sleep } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { getConnectionToken, MongooseModule } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { type Config, mongodbUri } from '../config/config';
import { CONFIG } from '../config/config.module';
import { StoreEvents } from '../telemetry/store-events';
import { LogStore } from './append';
import { ChunkCollection } from './chunk-collection';
import { collectionPlans } from './collection-plans';
import { DeadLetters } from './dead-letters';
import { ensureCollections } from './ensure-collections';
import { ChunkExpiry } from './expire';
import { Heartbeats } from './heartbeats';
import { Leases } from './leases';
import { MODELS } from './schemas';
import { connectionOptions } from './store-connection';
import { StoreDatabase } from './store-database';
import { StoreReadiness } from './store-readiness';
import { checkRequirements, StoreUnsuitable } from './store-requirements';

const RETRY_DELAY_MS = 1_000;

/** What there is before the connection. */
@Module({ providers: [StoreEvents, StoreReadiness], exports: [StoreEvents, StoreReadiness] })
class StoreTelemetryModule {}

/** The database once it can be used: waits, with a line in the log a second, while it is away or not ready. */
async function openDatabase(
  connection: Connection,
  config: Config,
  events: StoreEvents,
  readiness: StoreReadiness,
): Promise<StoreDatabase> {
  const client = connection.getClient();
  const database = new StoreDatabase(client, client.db(connection.name));
  for (;;) {
    try {
      await checkRequirements(database.db);
      await ensureCollections(database.db, collectionPlans(connection, config));
      readiness.opened(database);
      events.ready(connection.name);
      return database;
    } catch (error) {
      if (error instanceof StoreUnsuitable) throw error;
      events.notReady(error);
      await sleep(RETRY_DELAY_MS);
    }
  }
}

/**
 * MongoDB: the connection, the collections, and the ports to them. Its providers exist once MongoDB is there and holds
 * all collections and indexes, so a role that imports this starts then. Closes after everybody else has drained.
 */
@Module({
  imports: [
    StoreTelemetryModule,
    MongooseModule.forRootAsync({
      imports: [StoreTelemetryModule],
      inject: [CONFIG, StoreEvents],
      useFactory: (config: Config, events: StoreEvents) => connectionOptions(mongodbUri(config), events),
    }),
    MongooseModule.forFeature([...MODELS]),
  ],
  providers: [
    {
      provide: StoreDatabase,
      inject: [getConnectionToken(), CONFIG, StoreEvents, StoreReadiness],
      useFactory: openDatabase,
    },
    LogStore,
    ChunkCollection,
    DeadLetters,
    Heartbeats,
    Leases,
    ChunkExpiry,
  ],
  exports: [
    StoreTelemetryModule,
    StoreDatabase,
    LogStore,
    ChunkCollection,
    DeadLetters,
    Heartbeats,
    Leases,
    ChunkExpiry,
  ],
})
export class StorageModule {}
