import type { MongooseModuleFactoryOptions } from '@nestjs/mongoose';
import { type Connection, mongo } from 'mongoose';
import type { StoreEvents } from '../telemetry/store-events';

/** What is told of a connection. */
type ConnectionEvents = Pick<StoreEvents, 'connectFailed' | 'connectionLost' | 'connectionRegained'>;

/** What a URI does not say. */
const DEFAULTS = {
  appName: 'logwarren',
  // An outage must show in seconds: a server that does not answer the driver's probes is given up after
  // connectTimeoutMS + heartbeatFrequencyMS, and everything that waits for it fails then.
  serverSelectionTimeoutMS: 4_000,
  connectTimeoutMS: 4_000,
  heartbeatFrequencyMS: 4_000,
  minPoolSize: 1,
  maxPoolSize: 32,
  maxIdleTimeMS: 60_000,
} as const;

const DEFAULT_DATABASE = 'logwarren';
const RETRY_DELAY_MS = 1_000;

/**
 * How Mongoose connects: at once, and for ever again while MongoDB is away, each time with a line in the log. (Not
 * `lazyConnection`: with MongoDB away, that ends the process by an unhandled rejection.) What the URI says goes before the
 * defaults. Throws Error when the URI cannot be understood, which no further try would change.
 */
export function connectionOptions(uri: string, events: ConnectionEvents): MongooseModuleFactoryOptions {
  checkUri(uri);
  return {
    uri,
    ...missingDefaults(uri),
    autoIndex: false,
    autoCreate: false,
    bufferCommands: false,
    retryAttempts: Number.MAX_SAFE_INTEGER,
    retryDelay: RETRY_DELAY_MS,
    onConnectionCreate: (connection) => watch(connection, events),
  };
}

function checkUri(uri: string): void {
  const problem = uriProblem(uri);
  if (problem !== null) throw new Error(problem);
}

/** Why the driver does not take a URI, naming the variable and without the URI, which holds a password; null: it does. */
export function uriProblem(uri: string): string | null {
  try {
    new mongo.MongoClient(uri); // parses and checks; connects to nothing
    return null;
  } catch (error) {
    return `MONGODB_URI: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function missingDefaults(uri: string): Partial<typeof DEFAULTS> & { dbName?: string } {
  const [address = '', query = ''] = uri.split('?', 2);
  const given = new Set(Array.from(new URLSearchParams(query).keys(), (name) => name.toLowerCase()));
  const missing = Object.entries(DEFAULTS).filter(([name]) => !given.has(name.toLowerCase()));
  const isDatabaseNamed = /^[^:]+:\/\/[^/]+\/./.test(address);
  return { ...Object.fromEntries(missing), ...(isDatabaseNamed ? {} : { dbName: DEFAULT_DATABASE }) };
}

/** Tells of one connection attempt, and of the connection that it becomes. */
function watch(connection: Connection, events: ConnectionEvents): void {
  let isOpen = false;
  connection.once('open', () => {
    isOpen = true;
    // Not Mongoose's `disconnected`: it stays away when MongoDB stops answering without closing its connections.
    onReachability(connection.getClient(), (isReachable) => {
      if (!isOpen) return;
      if (isReachable) events.connectionRegained();
      else events.connectionLost();
    });
  });
  connection.once('disconnecting', () => (isOpen = false)); // we close it ourselves
  connection.on('error', (error) => {
    if (isOpen) return; // the operation that met it tells
    events.connectFailed(error);
    void connection.destroy(); // Nest makes a new one for the next try, and Mongoose would remember them all
  });
}

/** Calls back whenever the driver loses the last server that takes writes, and when it has one again. */
function onReachability(client: mongo.MongoClient, told: (isReachable: boolean) => void): void {
  let wasReachable = true;
  client.on('topologyDescriptionChanged', ({ newDescription }) => {
    const isReachable = [...newDescription.servers.values()].some(({ isWritable }) => isWritable);
    if (isReachable !== wasReachable) told(isReachable);
    wasReachable = isReachable;
  });
}
