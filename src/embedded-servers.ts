import { resolve } from 'node:path';
import { type Config, withServers } from './config/config';
import { type EmbeddedServers, startEmbedded } from './embedded/start-embedded';
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
  const embedded = await startEmbedded({
    folder,
    rabbitmq: servers.includes('rabbitmq') ? { port: rabbitmqPort, notify: () => undefined } : null,
    mongodb: servers.includes('mongodb')
      ? { port: mongodbPort, database: DATABASE, maxBytes, evict: FIRST_TO_GO, notify: () => undefined }
      : null,
  });
  events.started({ ...embedded.urls, folder, maxBytes });
  return { config: withServers(config, embedded.urls), close: () => end(embedded, events) };
}

async function end(embedded: EmbeddedServers, events: EmbeddedEvents): Promise<void> {
  const begin = performance.now();
  await embedded.close();
  events.stopped((performance.now() - begin) / 1_000);
}
