import type { AmqpServer } from '../../src/embedded/amqp/amqp-server';
import type { BrokerHost } from './broker-host';

const MAX_QUEUE_BYTES = 1024 ** 3; // no test comes near it

/** An embedded AMQP server in the test's own process, without a file. */
export class EmbeddedBroker implements BrokerHost {
  private constructor(private readonly server: AmqpServer) {}

  /** Starts it on a free port; `close()` must follow. */
  static async start(): Promise<EmbeddedBroker> {
    const { AmqpServer } = await import('../../src/embedded/amqp/amqp-server'); // only where it is needed
    return new EmbeddedBroker(await AmqpServer.start({ maxQueueBytes: MAX_QUEUE_BYTES, notify: () => undefined }));
  }

  async addVhost(vhost: string): Promise<void> {
    this.server.addVhost(vhost);
  }

  async deleteVhost(vhost: string): Promise<void> {
    this.server.deleteVhost(vhost);
  }

  urlOf(vhost: string): string {
    return this.server.urlOf(vhost);
  }

  async connections(vhost: string): Promise<string[]> {
    return this.server.connections(vhost);
  }

  async dropConnections(vhost: string): Promise<void> {
    this.server.dropConnections(vhost);
  }

  async close(): Promise<void> {
    await this.server.close();
  }
}
