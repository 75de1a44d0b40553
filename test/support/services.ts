import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BrokerAddress } from './addresses';
import { mustBeReleased } from './leaks';

const SCRIPT = join(__dirname, '../../scripts/services.sh');
const run = promisify(execFile);

async function listening(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** So many different TCP ports that nobody listens on just now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/**
 * A RabbitMQ or MongoDB of the test's own, for tests that stop, kill or restart it. RabbitMQ takes some 8 s to start
 * and 6 s to stop, MongoDB 1 s. It keeps its ports and its data until `close()`.
 */
export class PrivateService {
  private readonly released: () => void;

  private constructor(
    readonly kind: 'rabbitmq' | 'mongodb',
    private readonly dir: string,
    private readonly ports: number[],
  ) {
    this.released = mustBeReleased(`a private ${kind}`, () => this.close());
  }

  /** Starts a server with empty data on free ports; resolves once it answers. `close()` must follow. */
  static async start(kind: 'rabbitmq' | 'mongodb'): Promise<PrivateService> {
    const dir = await mkdtemp(join(tmpdir(), `logwarren-${kind}-`));
    const service = new PrivateService(kind, dir, await freePorts(5));
    await service.start();
    return service;
  }

  /** What MONGODB_URI should be for this server (with a database name to be replaced); `TestDatabase.create` takes it. */
  get mongodbUri(): string {
    return `mongodb://127.0.0.1:${this.ports[4]}/?replicaSet=rs0`;
  }

  /** Where this RabbitMQ answers; `TestBroker.create` takes it. */
  get broker(): BrokerAddress {
    const [amqp, management] = this.ports;
    return { amqp: `amqp://guest:guest@127.0.0.1:${amqp}`, management: `http://guest:guest@127.0.0.1:${management}` };
  }

  /** Starts it again after `stop()` or `kill()`; resolves once it answers. */
  async start(): Promise<void> {
    await this.script('start');
  }

  /** Ends it in order; resolves once it is gone. */
  async stop(): Promise<void> {
    await this.script('stop');
  }

  /**
   * Ends it as a crash would (kill -9); resolves once it is gone. RabbitMQ 3 confirms a new exchange, queue or binding
   * some seconds before it is safe on its disk: a crash in between loses it, or leaves a quorum queue that no longer
   * answers. What had been declared before that is kept, with every confirmed message.
   */
  async kill(): Promise<void> {
    await this.script('kill');
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Ends it and deletes its data. */
  async close(): Promise<void> {
    this.released();
    await this.kill();
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  private async script(command: string): Promise<void> {
    const names = [
      'RABBITMQ_PORT',
      'RABBITMQ_MANAGEMENT_PORT',
      'RABBITMQ_EPMD_PORT',
      'RABBITMQ_DIST_PORT',
      'MONGODB_PORT',
    ];
    const ports = Object.fromEntries(names.map((name, i) => [name, String(this.ports[i])]));
    await run(SCRIPT, [command, this.kind], { env: { ...process.env, ...ports, SERVICES_DIR: this.dir } });
  }
}
