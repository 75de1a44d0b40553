import { createServer } from 'node:net';
import { once } from 'node:events';
import { Logger } from '@nestjs/common';
import { eventually } from '../../../test/support/eventually';
import { type LogLine, memoryTelemetry } from '../../../test/support/http-app';
import { loadConfig } from '../../config/config';
import { NestPinoLogger } from '../../telemetry/nest-logger';
import { MonitoringServer, monitoringTransport } from './monitoring.transport';

it('leaves it to our own events to tell of the connection: Nest called every loss an error, in two lines', async () => {
  const logged: LogLine[] = [];
  Logger.overrideLogger(new NestPinoLogger(memoryTelemetry(logged).log));
  const hangsUp = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(hangsUp, 'listening');
  const address = hangsUp.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const config = loadConfig({ RABBITMQ_URL: `amqp://127.0.0.1:${port}`, MONGODB_URI: 'mongodb://127.0.0.1' });
  const { strategy } = monitoringTransport(config, () => undefined);
  strategy.listen(() => undefined);
  await eventually(() => logged.some(({ msg }) => String(msg).startsWith('Connection to transport failed')));
  await strategy.close();
  hangsUp.close();
  expect(logged.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
});

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
