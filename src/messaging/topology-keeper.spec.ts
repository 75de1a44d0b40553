import type { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import { type LogLine, memoryTelemetry } from '../../test/support/http-app';
import { BrokerEvents } from '../telemetry/broker-events';
import { TopologyKeeper } from './topology-keeper';

describe('a check that meets the end of its connection', () => {
  it.each([
    ['is told while the process runs', false, ['the exchanges and queues could not be checked; trying again']],
    ['is nothing to tell once it stops', true, []],
  ])('%s', async (_caption, isStopping, told) => {
    const logged: LogLine[] = [];
    const createChannel = jest.fn(() => Promise.reject(new Error('Connection closed')));
    const amqp = { managedConnection: { connection: { createChannel } } } as unknown as AmqpConnection;
    const keeper = new TopologyKeeper(amqp, new BrokerEvents(memoryTelemetry(logged)));
    const checked = keeper.check();
    if (isStopping) keeper.stop();
    await checked;
    expect(createChannel).toHaveBeenCalledTimes(1);
    expect(logged.map(({ msg }) => msg)).toEqual(told);
  });
});
