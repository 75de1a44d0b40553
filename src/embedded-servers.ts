import { resolve } from 'node:path';
import { type Config, withServers } from './config/config';
import type { AmqpNotice } from './embedded/amqp/amqp-notice';
import type { MongoNotice } from './embedded/mongo/notice';
import { type BrokerOptions, type EmbeddedServers, startEmbedded, type StoreOptions } from './embedded/start-embedded';
import { CHUNKS } from './storage/chunk';
import { EmbeddedEvents } from './telemetry/embedded-events';
import type { Telemetry } from './telemetry/telemetry';

/** What the application is to work with. */
export interface ReadyServers {
  /** With the addresses of all servers that its roles use. */
  readonly config: Config;
  /** Ends what was started here, after everything that uses it. */
  close(): Promise<void>;
}

const DATABASE = 'logwarren';
/** Those whose last record is the oldest. */
const FIRST_TO_GO = { collection: CHUNKS, by: 'to' };

/** Starts the servers that the configuration wants within this process, if any, and tells of them. */
export async function startServers(config: Config, telemetry: Telemetry): Promise<ReadyServers> {
  const { servers, rabbitmqPort, mongodbPort, maxBytes } = config.embedded;
  if (servers.length === 0) return { config, close: () => Promise.resolve() };
  const events = new EmbeddedEvents(telemetry);
  const folder = resolve(config.process.dataDir);
  const broker: BrokerOptions = { port: rabbitmqPort, notify: (notice) => tellOfBroker(notice, events) };
  const store: StoreOptions = {
    port: mongodbPort,
    database: DATABASE,
    maxBytes,
    evict: FIRST_TO_GO,
    notify: (notice) => tellOfStore(notice, events),
  };
  const embedded = await startEmbedded({
    folder,
    rabbitmq: servers.includes('rabbitmq') ? broker : null,
    mongodb: servers.includes('mongodb') ? store : null,
  });
  events.started({ ...embedded.urls, folder, maxBytes });
  return { config: withServers(config, embedded.urls), close: () => end(embedded, events) };
}

async function end(embedded: EmbeddedServers, events: EmbeddedEvents): Promise<void> {
  const begin = performance.now();
  await embedded.close();
  events.stopped((performance.now() - begin) / 1_000);
}

function tellOfBroker(notice: AmqpNotice, events: EmbeddedEvents): void {
  switch (notice.type) {
    case 'queues-full':
      return events.queuesFull(notice.maxQueueBytes);
    case 'connection-error':
      return events.connectionEnded('RabbitMQ', notice.peer, notice.message);
    case 'accept-failed':
      return events.failed('RabbitMQ', notice.error);
    case 'save-failed':
      return events.dataNotSaved('RabbitMQ', notice.file, notice.error);
    case 'saved-file-damaged':
      return events.dataUnusable('RabbitMQ', notice.setAsideAs, notice.error);
  }
}

function tellOfStore(notice: MongoNotice, events: EmbeddedEvents): void {
  switch (notice.type) {
    case 'evicted':
      return events.chunksEvicted(notice.count, notice.bytes);
    case 'connection refused':
      return events.connectionEnded('MongoDB', notice.remote, notice.reason);
    case 'save failed':
      return events.dataNotSaved('MongoDB', notice.file, notice.error);
    case 'load refused':
      return events.dataUnusable('MongoDB', notice.movedTo, notice.error);
    case 'fault':
      return events.failed('MongoDB', notice.error);
  }
}
