import { mongo } from 'mongoose';
import { BROKER, MONGODB_URI } from '../test/support/addresses';
import { manage } from '../test/support/management';
import { type RoleProcess, startRole } from '../test/support/role-process';

const PROGRAM = process.env.BENCH_PROGRAM ?? 'dist/main.js';

export interface Servers {
  readonly brokerPid: number;
  readonly brokerVersion: string;
  readonly storePid: number;
  readonly storeVersion: string;
}

/** A vhost and a database of the benchmark's own on the real servers, and the roles that run in them. */
export class Surroundings {
  private static readonly open = new Set<Surroundings>();
  readonly brokerUrl: string;
  private readonly roles: RoleProcess[] = [];
  private isClosed = false;

  private constructor(
    private readonly name: string,
    private readonly client: mongo.MongoClient,
    readonly servers: Servers,
  ) {
    this.brokerUrl = `${BROKER.amqp}/${name}`;
  }

  /** Makes both and gives them to `use`; they are gone, and so are the roles, when this resolves or rejects. */
  static async during<T>(use: (surroundings: Surroundings) => Promise<T>): Promise<T> {
    const client = await mongo.MongoClient.connect(MONGODB_URI, { appName: 'bench' });
    const name = `bench_${process.pid}_${Date.now().toString(36)}`;
    try {
      await manage(BROKER.management, 'PUT', `/vhosts/${name}`);
      const surroundings = new Surroundings(name, client, await lookAtServers(client));
      Surroundings.open.add(surroundings);
      try {
        return await use(surroundings);
      } finally {
        await surroundings.close();
      }
    } finally {
      await client.close();
    }
  }

  /** For an end in the middle: stops and deletes all there is. */
  static async closeAll(): Promise<void> {
    await Promise.allSettled(Array.from(Surroundings.open, (surroundings) => surroundings.close()));
  }

  get db(): mongo.Db {
    return this.client.db(this.name);
  }

  /** Starts a role as a process of its own; resolves once it is ready, or as soon as it listens. */
  async start(
    role: string,
    env: Record<string, string> = {},
    until: 'ready' | 'listening' = 'ready',
  ): Promise<RoleProcess> {
    const database = new URL(MONGODB_URI);
    database.pathname = `/${this.name}`;
    const started = await startRole({
      role,
      until,
      program: PROGRAM,
      env: { RABBITMQ_URL: this.brokerUrl, MONGODB_URI: database.href, ...env },
    });
    if (this.isClosed) {
      await started.kill(); // what else was going on has failed
      throw new Error(`role ${role} was started too late`);
    }
    this.roles.push(started);
    return started;
  }

  /** The processes to be measured: both servers, and the roles by their names. */
  pids(): Map<string, number> {
    const { brokerPid, storePid } = this.servers;
    const roles = this.roles.map(({ role, pid }) => [role, pid] as const);
    return new Map([...roles, ['RabbitMQ', brokerPid], ['MongoDB', storePid]]);
  }

  /** Rejects, with the broker's answer, while it is short of memory or disk, and so takes nothing from anybody. */
  async expectNoAlarm(): Promise<void> {
    await manage(BROKER.management, 'GET', '/health/checks/alarms');
  }

  private async close(): Promise<void> {
    this.isClosed = true;
    Surroundings.open.delete(this);
    const stops = this.roles.map((role) => role.stop().catch(() => role.kill()));
    await Promise.allSettled(stops);
    await manage(BROKER.management, 'DELETE', `/vhosts/${this.name}`);
    await this.db.dropDatabase();
  }
}

/** Both servers tell their process ids; they must be of this machine, or their CPU time could not be read. */
async function lookAtServers(client: mongo.MongoClient): Promise<Servers> {
  const [node] = (await manage(BROKER.management, 'GET', '/nodes')) as { os_pid: string }[];
  const { rabbitmq_version: brokerVersion } = (await manage(BROKER.management, 'GET', '/overview')) as {
    rabbitmq_version: string;
  };
  const status = await client.db('admin').command({ serverStatus: 1 });
  if (node === undefined) throw new Error('RabbitMQ names no node');
  return {
    brokerPid: Number(node.os_pid),
    brokerVersion,
    storePid: Number(status.pid),
    storeVersion: String(status.version),
  };
}
