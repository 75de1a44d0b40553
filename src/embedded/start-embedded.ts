import { join } from 'node:path';
import type { AmqpNotice } from './amqp/amqp-notice';
import { AmqpServer } from './amqp/amqp-server';
import { holdFolder } from './folder-lock';
import { MongoServer } from './mongo/mongo-server';
import type { MongoNotice } from './mongo/notice';

/** What is to run. */
export interface EmbeddedOptions {
  /** Where the servers keep their data; for one process at a time. */
  readonly folder: string;
  readonly rabbitmq: BrokerOptions | null;
  readonly mongodb: StoreOptions | null;
}

export interface BrokerOptions {
  /** On the loopback interface; 0 for any free one. */
  readonly port: number;
  readonly notify: (notice: AmqpNotice) => void;
}

export interface StoreOptions {
  /** On the loopback interface; 0 for any free one. */
  readonly port: number;
  /** The one that the URI names. */
  readonly database: string;
  /** Of memory for stored documents; beyond it those of the collection `evict.collection` go, the lowest `evict.by` first. */
  readonly maxBytes: number;
  readonly evict: { readonly collection: string; readonly by: string };
  readonly notify: (notice: MongoNotice) => void;
}

/** The servers that run. */
export interface EmbeddedServers {
  readonly urls: { readonly rabbitmq?: string; readonly mongodb?: string };
  /** Ends the broker, then the store, which save their data, then lets the folder go. Idempotent. */
  close(): Promise<void>;
}

/** Messages wait in the memory of the application: what all queues together may take of it. */
const MAX_QUEUE_BYTES = 64 * 1024 * 1024;

/**
 * Starts the servers on the loopback interface, with the data that their last orderly end has saved. Rejects with
 * FolderInUse where another process holds the folder, and with the variable to change where a port cannot be had;
 * nothing runs then.
 */
export async function startEmbedded({ folder, rabbitmq, mongodb }: EmbeddedOptions): Promise<EmbeddedServers> {
  const opened: { close(): Promise<void> }[] = [];
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= closeInTurn(opened));
  const urls: { rabbitmq?: string; mongodb?: string } = {};
  try {
    opened.unshift(await holdFolder(folder));
    if (mongodb !== null) {
      const store = await startStore(folder, mongodb);
      opened.unshift(store);
      urls.mongodb = store.uriOf(mongodb.database);
    }
    if (rabbitmq !== null) {
      const broker = await startBroker(folder, rabbitmq);
      opened.unshift(broker);
      urls.rabbitmq = broker.urlOf();
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { urls, close };
}

async function startBroker(folder: string, { port, notify }: BrokerOptions): Promise<AmqpServer> {
  const file = join(folder, 'embedded-broker.saved');
  try {
    return await AmqpServer.start({ port, file, maxQueueBytes: MAX_QUEUE_BYTES, notify });
  } catch (error) {
    throw startProblem('EMBEDDED_RABBITMQ_PORT', port, error);
  }
}

async function startStore(folder: string, options: StoreOptions): Promise<MongoServer> {
  const { port, maxBytes, evict, notify } = options;
  const file = join(folder, 'embedded-store.saved');
  try {
    return await MongoServer.start({ port, file, maxBytes, evict, notify });
  } catch (error) {
    throw startProblem('EMBEDDED_MONGODB_PORT', port, error);
  }
}

function startProblem(variable: string, port: number, error: unknown): unknown {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error;
  const why = code === 'EACCES' ? 'may not be opened by this user' : 'is taken on 127.0.0.1';
  return new Error(`${variable}: ${port} ${why}; set it to another, or to 0 for any free one`, { cause: error });
}

/** The later ones are closed even if one before them fails; the first failure is told then. */
async function closeInTurn(opened: readonly { close(): Promise<void> }[]): Promise<void> {
  const failures: unknown[] = [];
  for (const one of opened) {
    await one.close().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}
