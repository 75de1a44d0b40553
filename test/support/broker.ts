import { connect, type ChannelModel, type ConfirmChannel, type GetMessage, type Options } from 'amqplib';
import type { BrokerAddress } from './addresses';
import type { BrokerHost } from './broker-host';
import { eventually } from './eventually';
import { expectNoneOpen, mustBeReleased } from './leaks';
import { RealBroker } from './real-broker';
import { brokerOfTarget } from './target';
import { uniqueName } from './unique-name';

/** A vhost, and a user, of the test's own on the broker of the target, and a plain amqplib connection to look into it. */
export class TestBroker {
  /** What `RABBITMQ_URL` should be, so that a program uses this vhost. */
  readonly url: string;
  private released = (): void => undefined;
  private connection?: Promise<ChannelModel>;

  private constructor(
    private readonly host: BrokerHost,
    /** The name of the vhost and of its user. */
    readonly vhost: string,
  ) {
    this.url = host.urlOf(vhost);
  }

  /**
   * Makes the vhost; `close()` must follow.
   *
   * @param address of a real broker that is to be used whatever the target.
   */
  static async create(address?: BrokerAddress): Promise<TestBroker> {
    const host = address === undefined ? await brokerOfTarget() : new RealBroker(address);
    const broker = new TestBroker(host, uniqueName());
    broker.released = mustBeReleased(`vhost ${broker.vhost}`, () => broker.delete());
    await host.addVhost(broker.vhost);
    return broker;
  }

  /** Publishes as any foreign client would; resolves once the broker has confirmed. Unroutable messages are lost. */
  async publish(exchange: string, routingKey: string, body: Buffer | string, options?: Options.Publish): Promise<void> {
    await this.withChannel(async (channel) => {
      channel.publish(exchange, routingKey, Buffer.from(body), options);
      await channel.waitForConfirms();
    });
  }

  /** How many messages of the queue wait for a consumer; those at a consumer, unacknowledged, do not count. */
  async depth(queue: string): Promise<number> {
    return this.withChannel(async (channel) => (await channel.checkQueue(queue)).messageCount);
  }

  async consumerCount(queue: string): Promise<number> {
    return this.withChannel(async (channel) => (await channel.checkQueue(queue)).consumerCount);
  }

  async purge(queue: string): Promise<void> {
    await this.withChannel((channel) => channel.purgeQueue(queue));
  }

  /** Takes (and acknowledges) up to `limit` waiting messages, oldest first. */
  async take(queue: string, limit = 1): Promise<GetMessage[]> {
    return this.withChannel(async (channel) => {
      const messages: GetMessage[] = [];
      for (let message; messages.length < limit && (message = await channel.get(queue, { noAck: true }));) {
        messages.push(message);
      }
      return messages;
    });
  }

  /** Runs `use` on a channel of its own: a refused operation closes a channel, and must not spoil the next one. */
  async withChannel<T>(use: (channel: ConfirmChannel) => Promise<T>): Promise<T> {
    const channel = await (await this.connected()).createConfirmChannel();
    channel.on('error', () => undefined); // the operation that caused it rejects
    try {
      return await use(channel);
    } finally {
      await channel.close().catch(() => undefined); // closed already, if refused
    }
  }

  /** The names of the connections that are open in this vhost; a new one may take some milliseconds to show. */
  async connections(): Promise<string[]> {
    return this.host.connections(this.vhost);
  }

  /** Makes the broker close every connection of this vhost, as at a restart. Clients may connect again at once. */
  async dropConnections(): Promise<void> {
    await this.disconnect();
    await eventually(async () => {
      // RabbitMQ answers 500, and closes no more of them, when one of the connections ends by itself meanwhile.
      await this.host.dropConnections(this.vhost);
      return true;
    });
  }

  /**
   * Deletes the vhost.
   *
   * @throws Error if somebody is still connected to it: whoever opened a connection closes it.
   */
  async close(): Promise<void> {
    await this.disconnect();
    try {
      await expectNoneOpen(`AMQP connections in ${this.vhost}`, () => this.connections());
    } finally {
      await this.delete();
    }
  }

  private async connected(): Promise<ChannelModel> {
    this.connection ??= connect(this.url).then((connection) => {
      const forget = (): void => void (this.connection = undefined); // the next use connects again
      connection.on('error', forget).on('close', forget);
      return connection;
    });
    return this.connection.catch((error) => {
      this.connection = undefined;
      throw error;
    });
  }

  private async disconnect(): Promise<void> {
    const connection = await this.connection?.catch(() => undefined);
    await connection?.close().catch(() => undefined); // closed already, if the broker went away
    this.connection = undefined;
  }

  private async delete(): Promise<void> {
    await this.disconnect();
    this.released();
    await this.host.deleteVhost(this.vhost);
  }
}
