import type { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import type { Channel } from 'amqplib';
import type { BrokerEvents } from '../telemetry/broker-events';
import { withChannel } from './broker-connection';
import { TOPOLOGY } from './topology';

const CHECK_EVERY_MS = 5_000;
const RETRY_MS = 500;
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
 * role starts before they all stand, and they are declared again every few seconds in case someone deletes one.
 */
export class TopologyKeeper {
  private timer: NodeJS.Timeout | null = null;
  private isStopped = false;

  constructor(
    private readonly amqp: AmqpConnection,
    private readonly events: BrokerEvents,
    /** Runs after each declaration, on its channel; for what else must be looked after that often. */
    private readonly alsoCheck: (channel: Channel) => Promise<void> = () => Promise.resolve(),
  ) {}

  /** Resolves once the topology stands, however long the broker is away. Rejects with {@link TopologyMismatch}. */
  async start(): Promise<void> {
    while (!this.isStopped) {
      if (this.amqp.connected && (await this.check(true))) break;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    this.schedule();
  }

  /** Declares everything now. False when that failed for now; rejects with {@link TopologyMismatch} when for good. */
  async check(isFirst = false): Promise<boolean> {
    try {
      await withChannel(this.amqp, async (channel) => {
        await declareTopology(channel);
        if (!isFirst) await this.alsoCheck(channel);
      });
      this.events.topologyChecked(isFirst);
      return true;
    } catch (error) {
      if (isMismatch(error)) throw new TopologyMismatch(error);
      this.events.topologyCheckFailed(error);
      return false;
    }
  }

  stop(): void {
    this.isStopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private schedule(): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      const checked = this.amqp.connected ? this.check() : Promise.resolve(false);
      void checked.catch((error: unknown) => this.events.topologyCheckFailed(error)).finally(() => this.schedule());
    }, CHECK_EVERY_MS);
  }
}

async function declareTopology(channel: Channel): Promise<void> {
  for (const { name, type, options } of TOPOLOGY.exchanges) await channel.assertExchange(name, type, options);
  for (const { name, options, exchange, patterns } of TOPOLOGY.queues) {
    await channel.assertQueue(name, options);
    await Promise.all(patterns.map((pattern) => channel.bindQueue(name, exchange, pattern)));
  }
}

function isMismatch(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === PRECONDITION_FAILED;
}
