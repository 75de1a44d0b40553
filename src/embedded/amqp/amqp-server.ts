import { createServer, type AddressInfo, type Server } from 'node:net';
import type { AmqpNotice } from './amqp-notice';
import { MemoryBudget } from './broker/memory-budget';
import { Vhost } from './broker/vhost';
import { Connection } from './connection/connection';
import { AmqpError } from './reply-codes';
import { loadBroker, saveBroker } from './saving/saved-broker';

export interface AmqpServerOptions {
  /** Of the loopback address; 0, the default: a free one. */
  port?: number;
  /**
   * Where durable exchanges, queues, bindings and persistent messages are saved when the server closes, and loaded from
   * when it starts. None: they live as long as the server.
   */
  file?: string;
  /**
   * A bound on the bytes of all queues' messages together, which lie in this process's heap. Beyond it, quorum queues
   * refuse what is published (`basic.nack`), and others drop their oldest.
   */
  maxQueueBytes: number;
  /** Told what a person should know. */
  notify: (notice: AmqpNotice) => void;
}

const DEFAULT_VHOST = '/';

/**
 * A small AMQP 0-9-1 server in this process, on the loopback address: what this project needs of RabbitMQ, answered as
 * RabbitMQ answers it. What is not there is refused with NOT_IMPLEMENTED (540). Start it with `AmqpServer.start`.
 */
export class AmqpServer {
  private readonly vhosts = new Map<string, Vhost>();
  private readonly budget: MemoryBudget;
  private readonly open = new Set<Connection>();
  private readonly server: Server;
  private boundPort = 0;
  private closing?: Promise<void>;

  private constructor(private readonly options: AmqpServerOptions) {
    const { maxQueueBytes, notify } = options;
    this.budget = new MemoryBudget(maxQueueBytes, () => notify({ type: 'queues-full', maxQueueBytes }));
    this.addVhost(DEFAULT_VHOST);
    this.server = createServer((socket) => {
      const connection = new Connection(socket, {
        vhostNamed: (name) => this.vhosts.get(name),
        onEnd: (ended) => this.open.delete(ended),
        onError: ({ peer }, { message }) => notify({ type: 'connection-error', peer, message }),
      });
      this.open.add(connection);
    });
  }

  /** Resolves once clients can connect. @throws Error when the port is taken. */
  static async start(options: AmqpServerOptions): Promise<AmqpServer> {
    const server = new AmqpServer(options);
    await server.load();
    await server.listen();
    return server;
  }

  private async load(): Promise<void> {
    const { file, notify } = this.options;
    if (file !== undefined) await loadBroker(file, (name) => this.addVhost(name), notify);
  }

  private async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.options.port ?? 0, '127.0.0.1', resolve);
    });
    this.server.on('error', (error) => this.options.notify({ type: 'accept-failed', error }));
    this.boundPort = (this.server.address() as AddressInfo).port;
  }

  get port(): number {
    return this.boundPort;
  }

  /** What a client connects to; any user and password will do. */
  urlOf(vhost = DEFAULT_VHOST): string {
    const path = vhost === DEFAULT_VHOST ? '' : `/${encodeURIComponent(vhost)}`;
    return `amqp://guest:guest@127.0.0.1:${this.port}${path}`;
  }

  /** Nothing happens if it is there. */
  addVhost(name: string): Vhost {
    const known = this.vhosts.get(name);
    if (known) return known;
    const vhost = new Vhost(name, this.budget, Date.now);
    this.vhosts.set(name, vhost);
    return vhost;
  }

  /** Its connections are closed, its messages forgotten. Nothing happens if it is not there. */
  deleteVhost(name: string): void {
    const known = this.vhosts.get(name);
    if (!known) return;
    this.vhosts.delete(name);
    this.closeConnections(name, `vhost '${name}' is deleted`);
    known.close();
  }

  /** The addresses of the clients of a vhost. */
  connections(vhost: string): string[] {
    return [...this.open].filter(({ vhostName }) => vhostName === vhost).map(({ peer }) => peer);
  }

  /** Closes every connection of a vhost, as an administrator would. */
  dropConnections(vhost: string): void {
    this.closeConnections(vhost, 'Closed via management plugin');
  }

  private closeConnections(vhost: string | undefined, reason: string): void {
    for (const connection of [...this.open]) {
      if (vhost === undefined || connection.vhostName === vhost) {
        connection.close(new AmqpError('CONNECTION_FORCED', reason));
      }
    }
  }

  /** Closes the connections, saves, and ends. A second call waits for the first. */
  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  private async closeOnce(): Promise<void> {
    const vhosts = [...this.vhosts.values()];
    for (const vhost of vhosts) vhost.stop();
    const ended = new Promise((resolve) => this.server.close(resolve));
    this.closeConnections(undefined, "broker forced connection closure with reason 'shutdown'");
    await ended;
    const { file, notify } = this.options;
    if (file !== undefined) await saveBroker(file, vhosts, notify);
    for (const vhost of vhosts) vhost.close();
  }
}
