import type { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import type { Channel } from 'amqplib';
import type { BrokerEvents } from '../telemetry/broker-events';
import { withChannel } from './broker-connection';
import { TOPOLOGY } from './topology';

const CHECK_EVERY_MS = 5_000;
const PRECONDITION_FAILED = 406;

/** The broker has an exchange or a queue of ours with other arguments. Permanent: someone must delete it first. */
export class TopologyMismatch extends Error {
  constructor(cause: Error) {
    super(
      `RabbitMQ has an exchange or queue of the same name but with other arguments (${cause.message}). ` +
        'Arguments cannot be changed: drain it, delete it, and start again, or use another vhost in RABBITMQ_URL.',
      { cause },
    );
  }
}

/**
 * Keeps the exchanges, queues and bindings in place. An exchange without a queue confirms a message and drops it, so no
 * role starts before they all stand; they are declared on every new connection before anything else happens on it, and
 * again every few seconds in case someone deletes one.
 */
export class TopologyKeeper {
  private timer: NodeJS.Timeout | null = null;
  private isStopped = false;

  constructor(
    private readonly amqp: AmqpConnection,
    private readonly events: BrokerEvents,
    /** Runs after each check; for what else must be looked after that often. */
    private readonly alsoCheck: () => void = () => undefined,
  ) {}

  /**
   * Resolves once the topology stands, however long the broker is away. Rejects with {@link TopologyMismatch}, and then
   * leaves no connection behind.
   */
  async start(): Promise<void> {
    try {
      await this.declareOnEveryConnection();
    } catch (error) {
      this.stop();
      await this.amqp.managedConnection.close();
      throw error;
    }
    this.schedule();
  }

  /** Declares everything now. Never rejects: a failure is told, and the next check tries again. */
  async check(): Promise<void> {
    try {
      await withChannel(this.amqp, declareTopology);
    } catch (error) {
      if (!this.isStopped) this.events.topologyCheckFailed(error); // else the connection was closed under it
    }
  }

  stop(): void {
    this.isStopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private declareOnEveryConnection(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const setup = async (channel: Channel): Promise<void> => {
        try {
          await declareWatched(channel);
          this.events.topologyStands();
          resolve();
        } catch (error) {
          this.events.topologyCheckFailed(error);
          this.reconnectLater();
          if (error instanceof TopologyMismatch) reject(error);
        }
      };
      void this.amqp.managedChannel.addSetup(setup); // never rejects: the setup tells its failures itself
    });
  }

  private schedule(): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => void this.checkAndSchedule(), CHECK_EVERY_MS);
  }

  private async checkAndSchedule(): Promise<void> {
    if (this.amqp.connected) {
      await this.check();
      if (!this.isStopped) this.alsoCheck();
    }
    this.schedule();
  }

  /** The library opens a failed channel again only with its connection. */
  private reconnectLater(): void {
    setTimeout(() => {
      if (!this.isStopped) this.amqp.managedConnection.reconnect();
    }, CHECK_EVERY_MS).unref();
  }
}

/** Declares on a channel that others use too: its errors are ours only as long as we declare. */
async function declareWatched(channel: Channel): Promise<void> {
  let refusal: unknown;
  const onError = (error: unknown): void => void (refusal = error);
  channel.on('error', onError);
  try {
    await declareTopology(channel);
    channel.off('error', onError);
  } catch (error) {
    throw asMismatch(refusal ?? error);
  }
}

function asMismatch(error: unknown): unknown {
  const isMismatch = error instanceof Error && 'code' in error && error.code === PRECONDITION_FAILED;
  return isMismatch ? new TopologyMismatch(error) : error;
}

async function declareTopology(channel: Channel): Promise<void> {
  for (const { name, type, options } of TOPOLOGY.exchanges) await channel.assertExchange(name, type, options);
  for (const { name, options, exchange, patterns } of TOPOLOGY.queues) {
    await channel.assertQueue(name, options);
    await Promise.all(patterns.map((pattern) => channel.bindQueue(name, exchange, pattern)));
  }
}
