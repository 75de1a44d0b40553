import { EventEmitter } from 'node:events';
import { memoryTelemetry } from '../../../test/support/http-app';
import { BrokerEvents } from '../../telemetry/broker-events';
import { MonitoringLink } from './monitoring-link';

/** A connection with one consumer, as far as the link looks at it; `did` is what was asked of it, in order. */
class Transport extends EventEmitter {
  readonly did: string[] = [];
  private readonly consumers = new Map([['tag', {}]]);
  readonly connection = {
    connection: {
      channels: [
        { channel: { accept: () => undefined } },
        {
          channel: {
            consumers: this.consumers,
            cancel: async (tag: string) => {
              this.did.push(`cancel ${tag}`);
              this.consumers.delete(tag);
            },
          },
        },
        undefined,
      ],
    },
  };

  isConnected(): boolean {
    return true;
  }

  reconnect(): void {
    this.did.push('reconnect');
  }

  async close(): Promise<void> {
    this.did.push('close');
  }
}

function aLink(): { link: MonitoringLink; transport: Transport; metrics: () => Promise<string> } {
  const telemetry = memoryTelemetry();
  const link = new MonitoringLink(new BrokerEvents(telemetry), telemetry.readiness);
  const transport = new Transport();
  link.attach(transport);
  return { link, transport, metrics: () => telemetry.registry.metrics() };
}

it('cancels its consumer before it closes, so that what is on its way still arrives', async () => {
  const { link, transport } = aLink();
  expect(link.isConsuming).toBe(true);
  await link.close();
  expect([transport.did, link.isConsuming]).toEqual([['cancel tag', 'close'], false]);
});

it('connects anew when its consumer is gone', async () => {
  const { link, transport } = aLink();
  link.check();
  await transport.connection.connection.channels[1]?.channel.cancel?.('tag');
  link.check();
  expect(transport.did).toEqual(['cancel tag', 'reconnect']);
});

it('tells of every loss of the broker, and of every try to reach it again', async () => {
  const { transport, metrics } = aLink();
  transport.emit('disconnect', { err: new Error('gone') });
  transport.emit('connectFailed', { err: new Error('away') });
  transport.emit('connectFailed', { err: new Error('away') });
  expect((await metrics()).split('\n')).toEqual(
    expect.arrayContaining([
      'logwarren_broker_disconnects_total{connection="monitor"} 1',
      'logwarren_broker_connect_failures_total{connection="monitor"} 2',
    ]),
  );
});

it('warns of a channel that could not be opened, but not where a stop has closed it', async () => {
  const { link, metrics } = aLink();
  const failures = async (): Promise<string | undefined> =>
    (await metrics()).split('\n').find((line) => line.startsWith('logwarren_broker_channel_failures_total'));
  link.channelFailed(new Error('gone'));
  expect(await failures()).toMatch(/ 1$/);
  await link.close();
  link.channelFailed(new Error('gone'));
  expect(await failures()).toMatch(/ 1$/);
});
