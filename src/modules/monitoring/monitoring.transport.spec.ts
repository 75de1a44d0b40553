import { createServer } from 'node:net';
import { once } from 'node:events';
import { Logger } from '@nestjs/common';
import { eventually } from '../../../test/support/eventually';
import { type LogLine, memoryTelemetry } from '../../../test/support/http-app';
import { loadConfig } from '../../config/config';
import { NestPinoLogger } from '../../telemetry/nest-logger';
import { monitoringTransport } from './monitoring.transport';

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
