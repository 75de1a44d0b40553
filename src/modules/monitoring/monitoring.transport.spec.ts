import { eventually } from '../../../test/support/eventually';
import { MonitoringServer } from './monitoring.transport';

/** A channel as Nest sets it up, whose connection ends before the broker has answered to the consume. */
const channel = () => ({
  assertQueue: async (queue: string) => ({ queue }),
  prefetch: async () => undefined,
  consume: () => Promise.reject(new Error('Channel ended, no reply will be forthcoming')),
});

it('tells of a consume that the broker did not answer, instead of ending the process', async () => {
  const told: unknown[] = [];
  const server = new MonitoringServer({ queue: 'MonitoringQueue', noAck: true }, (error) => told.push(error));
  const isUp = jest.fn();
  await server.setupChannel(channel(), isUp);
  await eventually(() => told.length > 0);
  expect(told).toEqual([new Error('Channel ended, no reply will be forthcoming')]);
  expect(isUp).toHaveBeenCalled();
});
