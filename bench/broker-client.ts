import { type ConfirmChannel, connect } from 'amqplib';
import { LOGS_EXCHANGE } from '../src/messaging/topology';
import { aPack } from '../test/support/packs';

/** A connection of the benchmark's own: publishes errors straight to the exchange, and looks at queues. */
export class BrokerClient {
  private constructor(private readonly channel: ConfirmChannel) {}

  /** Connects, and gives itself to `use`. */
  static async during<T>(brokerUrl: string, use: (client: BrokerClient) => Promise<T>): Promise<T> {
    const connection = await connect(brokerUrl);
    try {
      return await use(new BrokerClient(await connection.createConfirmChannel()));
    } finally {
      await connection.close();
    }
  }

  /** So many errors of a service that happen now, in one pack. Resolves once the broker has confirmed it. */
  async sendErrors(service: string, count: number): Promise<void> {
    const { key, body, options } = aPack(service, count, Date.now());
    await new Promise<void>((resolve, reject) => {
      this.channel.publish(LOGS_EXCHANGE, key, body, options, (error: unknown) => {
        if (error === null) resolve();
        else reject(new Error(`the pack of ${service} was refused`, { cause: error }));
      });
    });
  }

  /** Messages of a queue that wait for a consumer, as of now: the management API tells of the last minute. */
  async ready(queue: string): Promise<number> {
    return (await this.channel.checkQueue(queue)).messageCount;
  }
}
