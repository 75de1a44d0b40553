import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setAside } from '../saved-file';
import type { Client, ServerState } from './commands/call';
import { Cursors } from './commands/cursors';
import { REPLICA_SET } from './commands/hello';
import { Sessions } from './commands/sessions';
import { MongoConnection } from './connection';
import type { MongoNotice } from './notice';
import { expireDocuments } from './store/expire-documents';
import { type Bound, makeRoom } from './store/make-room';
import { loadStore, saveStore } from './store/saved-store';
import { Store } from './store/store';

export interface MongoServerOptions extends Bound {
  /** Default 0: a free one. */
  readonly port?: number;
  /** Where everything is saved at {@link MongoServer.close} and loaded from at the start; none: memory only. */
  readonly file?: string;
  /** For what expires, and `$$NOW`. */
  readonly now?: () => Date;
  readonly notify: (notice: MongoNotice) => void;
}

const HOST = '127.0.0.1';
/** How often what is over is cleared away: old cursors, sessions and snapshots. */
const SWEEP_MS = 1_000;
/** How often expired documents are removed; mongod does it once a minute. */
const EXPIRE_MS = 10_000;

/**
 * A MongoDB server within this process, on a port of the loopback interface: the only member of a replica set, its data in
 * memory, saved when it is closed. It knows the commands, operators and index rules that Logwarren uses and answers them
 * as mongod does; what it does not know it refuses by name (CommandNotFound, NotImplemented). It is not for production.
 */
export class MongoServer {
  readonly port: number;
  private readonly connections = new Map<MongoConnection, Promise<void>>();
  private readonly clients = new Set<Client>();
  private readonly timers: NodeJS.Timeout[];
  private readonly state: ServerState;
  private connectionsSoFar = 0;
  private closing: Promise<void> | null = null;

  private constructor(
    private readonly options: MongoServerOptions,
    private readonly server: Server,
    private readonly store: Store,
    now: () => Date,
  ) {
    const elapsedMs = (): number => performance.now();
    this.port = (server.address() as AddressInfo).port; // of a TCP server that listens: no text, not null
    this.state = {
      store,
      sessions: new Sessions(elapsedMs),
      cursors: new Cursors(elapsedMs),
      now,
      startedAt: now(),
      clients: this.clients,
      makeRoom: (incoming) => makeRoom(store, incoming, options, options.notify),
    };
    server.on('connection', (socket) => this.serve(socket));
    server.on('error', (error) => options.notify({ type: 'fault', error }));
    this.timers = [
      this.every(SWEEP_MS, () => this.sweep()),
      this.every(EXPIRE_MS, () => expireDocuments(store, now())),
    ];
  }

  /** Resolves once clients can connect. What was saved is there; where it cannot be used it is set aside, and notified. */
  static async start(options: MongoServerOptions): Promise<MongoServer> {
    const now = options.now ?? (() => new Date());
    const store = await openStore(options, now);
    const server = createServer({ noDelay: true });
    server.listen(options.port ?? 0, HOST);
    await once(server, 'listening');
    return new MongoServer(options, server, store, now);
  }

  /** What a client connects with. */
  uriOf(database: string): string {
    return `mongodb://${HOST}:${this.port}/${database}?replicaSet=${REPLICA_SET}`;
  }

  /** Ends all connections, then saves. Whoever still has something to write closes first. Idempotent; never rejects. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    const closed = once(this.server, 'close');
    this.server.close();
    this.state.sessions.endAll(); // so that no write waits for a transaction that nobody will end
    for (const connection of this.connections.keys()) connection.end();
    await Promise.all(this.connections.values());
    await closed;
    const { file, notify } = this.options;
    if (file === undefined) return;
    await saveStore(file, this.store).catch((error: unknown) => notify({ type: 'save failed', file, error }));
  }

  private serve(socket: Socket): void {
    const connection = new MongoConnection(socket, this.state, ++this.connectionsSoFar, this.options.notify);
    const { client } = connection;
    this.clients.add(client);
    const served = connection.serve().then(() => {
      this.clients.delete(client);
      this.connections.delete(connection);
    });
    this.connections.set(connection, served);
  }

  /** A fault of housekeeping is told, and no end of the process. */
  private every(milliseconds: number, task: () => void): NodeJS.Timeout {
    const guarded = (): void => {
      try {
        task();
      } catch (error) {
        this.options.notify({ type: 'fault', error });
      }
    };
    return setInterval(guarded, milliseconds).unref();
  }

  private sweep(): void {
    this.state.cursors.sweep();
    this.state.sessions.sweep();
    this.store.forgetHistory();
  }
}

async function openStore({ file, notify }: MongoServerOptions, now: () => Date): Promise<Store> {
  if (file === undefined) return new Store(now);
  try {
    return (await loadStore(file, now)) ?? new Store(now);
  } catch (error) {
    notify({ type: 'load refused', file, movedTo: await setAside(file, now()), error });
    return new Store(now);
  }
}
