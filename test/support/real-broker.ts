import type { BrokerAddress } from './addresses';
import type { BrokerHost } from './broker-host';
import { manage } from './management';

const PASSWORD = 'test';

/** A RabbitMQ, ruled through its management plugin. */
export class RealBroker implements BrokerHost {
  constructor(private readonly address: BrokerAddress) {}

  async addVhost(vhost: string): Promise<void> {
    await this.manage('PUT', `/vhosts/${vhost}`);
    await this.manage('PUT', `/users/${vhost}`, { password: PASSWORD, tags: '' });
    await this.manage('PUT', `/permissions/${vhost}/${vhost}`, { configure: '.*', write: '.*', read: '.*' });
  }

  async deleteVhost(vhost: string): Promise<void> {
    await this.manage('DELETE', `/vhosts/${vhost}`);
    await this.manage('DELETE', `/users/${vhost}`);
  }

  urlOf(vhost: string): string {
    return `amqp://${vhost}:${PASSWORD}@${new URL(this.address.amqp).host}/${vhost}`;
  }

  async connections(vhost: string): Promise<string[]> {
    // By user, as only this list does not come from statistics that may be a minute old.
    const open = (await this.manage('GET', `/connections/username/${vhost}`)) as { name: string }[];
    return open.map(({ name }) => name);
  }

  async dropConnections(vhost: string): Promise<void> {
    await this.manage('DELETE', `/connections/username/${vhost}`);
  }

  private async manage(method: string, path: string, body?: unknown): Promise<unknown> {
    return manage(this.address.management, method, path, body);
  }
}
