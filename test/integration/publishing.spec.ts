import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pino from 'pino';
import { Registry } from 'prom-client';
import { loadConfig } from '../../src/config/config';
import { ConfigModule } from '../../src/config/config.module';
import { type LogRecord, NO_ATTRIBUTES } from '../../src/log/log-record';
import { decodePack, PACK_CONTENT_TYPE } from '../../src/log/pack';
import { PublishingModule } from '../../src/messaging/publishing.module';
import { RecordPublisher } from '../../src/messaging/record-publisher';
import { LOG_QUEUE, LOGS_EXCHANGE, MONITORING_QUEUE } from '../../src/messaging/topology';
import { Telemetry } from '../../src/telemetry/telemetry';
import { TelemetryModule } from '../../src/telemetry/telemetry.module';
import { TestBroker } from '../support/broker';
import { eventually } from '../support/eventually';

const record = (body: string, overrides: Partial<LogRecord> = {}): LogRecord => ({
  timestamp: 1_764_000_000_000_000,
  service: 'shop',
  severity: 'info',
  body,
  attributes: NO_ATTRIBUTES,
  ...overrides,
});

@Module({})
class Root {}

/** One at a time: golevelup keeps its connections in a static. */
async function startPublishing(url: string): Promise<INestApplicationContext> {
  const telemetry = new Telemetry(pino({ level: 'silent' }), new Registry());
  const config = loadConfig({ RABBITMQ_URL: url });
  return NestFactory.createApplicationContext(
    { module: Root, imports: [ConfigModule.of(config), TelemetryModule.of(telemetry), PublishingModule] },
    { logger: false, abortOnError: false },
  );
}

describe('publishing to a real broker', () => {
  let broker: TestBroker;
  let app: INestApplicationContext | undefined;

  beforeEach(async () => {
    broker = await TestBroker.create();
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
    await broker.close();
  });

  async function publisher(): Promise<RecordPublisher> {
    app = await startPublishing(broker.url);
    return app.get(RecordPublisher);
  }

  it('has a pack in LogQueue, persistent and with its names, once publish resolves', async () => {
    await (await publisher()).publish([record('one'), record('two')]);
    const [message, ...others] = await broker.take(LOG_QUEUE, 2);
    expect(others).toEqual([]);
    expect(message?.fields.routingKey).toBe('shop.info');
    expect(message?.properties).toMatchObject({
      contentType: PACK_CONTENT_TYPE,
      deliveryMode: 2,
      headers: { service: 'shop', severity: 'info', count: 2 },
      messageId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/) as string,
    });
    expect(decodePack(message?.content ?? Buffer.alloc(0)).records.map(({ body }) => body)).toEqual(['one', 'two']);
  });

  it('sends a pack that is not full although the clock is set back', async () => {
    const now = Date.now;
    let ahead = 3_600_000;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
    try {
      const confirmed = (await publisher()).publish([record('one')]);
      ahead = 0;
      await confirmed;
    } finally {
      clock.mockRestore();
    }
    expect(await broker.take(LOG_QUEUE)).toHaveLength(1);
  });

  it.each(['a.b.c', 'with space', '#', '*', '😀', 'x'.repeat(300)])('keeps the service name %p', async (service) => {
    await (await publisher()).publish([record('text', { service, severity: 'error' })]);
    const [message] = await broker.take(LOG_QUEUE);
    expect(message?.properties.headers).toMatchObject({ service });
    expect(await broker.depth(MONITORING_QUEUE)).toBe(1);
  });

  it('binds errors and warnings to MonitoringQueue, in the spellings that clients use, and nothing else', async () => {
    await publisher();
    for (const key of [
      'a.error',
      'a.b.ERROR',
      'a.Warn',
      'a.warning',
      'a.err',
      'a.CRITICAL',
      'a.fatal',
      'a.info',
      'error.info',
    ]) {
      await broker.publish(LOGS_EXCHANGE, key, 'text');
    }
    expect(await broker.depth(MONITORING_QUEUE)).toBe(7);
    expect(await broker.depth(LOG_QUEUE)).toBe(9);
  });

  it('puts a deleted queue back and delivers the pack that came back because of it', async () => {
    const records = await publisher();
    await broker.withChannel((channel) => channel.deleteQueue(LOG_QUEUE));
    await broker.withChannel((channel) => channel.deleteQueue(MONITORING_QUEUE));
    await records.publish([record('after all')]);
    expect(await broker.depth(LOG_QUEUE)).toBe(1);
  });

  it('puts a deleted exchange back, although the broker closes the channel on which it was missed', async () => {
    const records = await publisher();
    await broker.withChannel((channel) => channel.deleteExchange(LOGS_EXCHANGE));
    await records.publish([record('after all')]);
    expect(await broker.depth(LOG_QUEUE)).toBe(1);
  });

  it('loses nothing when connections drop, and sends again only under the same id', async () => {
    const records = await publisher();
    const published: Promise<void>[] = [];
    for (let i = 0; i < 60; i++) {
      published.push(records.publish(Array.from({ length: 200 }, (_, j) => record(`${i}-${j}`))));
      if (i % 20 === 10) await broker.dropConnections();
      await records.whenRoom();
    }
    await Promise.all(published);
    const packs = new Map(
      (await broker.take(LOG_QUEUE, 1_000)).map((m) => [String(m.properties.messageId), m.content]),
    );
    const bodies = [...packs.values()].flatMap((content) => decodePack(content).records.map(({ body }) => body));
    expect(new Set(bodies).size).toBe(12_000);
    expect(bodies).toHaveLength(12_000);
  });

  it('knows whether it is connected', async () => {
    const records = await publisher();
    expect(records.isConnected).toBe(true);
    await broker.dropConnections();
    await eventually(() => !records.isConnected, { describe: 'the loss noticed', intervalMs: 1 });
    await eventually(() => records.isConnected, { describe: 'the connection back' });
  });

  it('refuses to start on a queue with other arguments, and says what to do', async () => {
    await broker.withChannel((channel) => channel.assertQueue(LOG_QUEUE, { durable: true }));
    await expect(startPublishing(broker.url)).rejects.toThrow(/other arguments.*LogQueue.*delete it/);
  });
});
