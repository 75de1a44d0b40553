import { AmqpConnection, RabbitSubscribe } from '@golevelup/nestjs-rabbitmq';
import { type INestApplicationContext, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { ConsumeMessage } from 'amqplib';
import { loadConfig } from '../../src/config/config';
import { ConfigModule } from '../../src/config/config.module';
import { COLLECT, Consuming, ConsumingModule } from '../../src/messaging/consuming.module';
import { DEAD_LETTER_EXCHANGE, LOG_QUEUE, LOGS_EXCHANGE } from '../../src/messaging/topology';
import { TelemetryModule } from '../../src/telemetry/telemetry.module';
import { TestBroker } from '../support/broker';
import { eventually } from '../support/eventually';
import { type LogLine, memoryTelemetry } from '../support/http-app';

const FAILURES = 3;
/** A message that LogQueue delivers so often goes to DeadLetterQueue. */
const DELIVERY_LIMIT = 100;
const POISON = 'poison';
const SLOW = 'slow';

/** Fails some times, and with one message for as long as it comes from LogQueue, as no handler of ours should. */
@Injectable()
class Handler {
  readonly seen: string[] = [];
  end: () => void = () => undefined;
  readonly mayEnd = new Promise<void>((resolve) => (this.end = resolve));
  /** How often the poison came, by the exchange that it came from. */
  readonly poison = { [LOGS_EXCHANGE]: 0, [DEAD_LETTER_EXCHANGE]: 0 };

  @RabbitSubscribe({ name: COLLECT })
  async collect(body: Buffer, { fields }: ConsumeMessage): Promise<void> {
    this.seen.push(body.toString());
    if (body.toString() === SLOW) await this.mayEnd;
    const isPoison = body.toString() === POISON;
    const isDead = fields.exchange === DEAD_LETTER_EXCHANGE;
    if (isPoison) this.poison[isDead ? DEAD_LETTER_EXCHANGE : LOGS_EXCHANGE]++;
    if ((isPoison && !isDead) || this.seen.length <= FAILURES) throw new Error('nobody foresaw this');
  }
}

@Module({})
class Root {}

describe('consuming from a real broker', () => {
  let broker: TestBroker;
  let app: INestApplicationContext;
  const logged: LogLine[] = [];
  const telemetry = memoryTelemetry(logged);

  beforeAll(async () => {
    broker = await TestBroker.create();
    const config = loadConfig({ RABBITMQ_URL: broker.url });
    const imports = [ConfigModule.of(config), TelemetryModule.of(telemetry), ConsumingModule];
    app = await NestFactory.createApplicationContext(
      { module: Root, imports, providers: [Handler] },
      { logger: false, abortOnError: false },
    );
  });
  afterAll(async () => {
    await app.get(Consuming).stop();
    await app.close();
    await broker.close();
  });

  it('a message whose handler fails goes back and comes again; each time is counted and told', async () => {
    await broker.publish(LOGS_EXCHANGE, 'shop.info', 'text');
    const { seen } = app.get(Handler);
    await eventually(() => seen.length === FAILURES + 1);
    expect(seen).toEqual(Array.from(seen, () => 'text'));
    const told = logged.filter(({ msg }) => String(msg).includes('it goes back into its queue'));
    expect(told).toHaveLength(FAILURES);
    expect(told[0]).toMatchObject({ level: 'error', queue: LOG_QUEUE, err: { message: 'nobody foresaw this' } });
    expect(await telemetry.registry.metrics()).toMatch(
      new RegExp(`^logwarren_messages_put_back_total\\{queue="LogQueue"\\} ${FAILURES}$`, 'm'),
    );
    await eventually(async () => (await broker.depth(LOG_QUEUE)) === 0);
  });

  it('a message whose handler always fails goes to the dead-letter queue in the end', async () => {
    await broker.publish(LOGS_EXCHANGE, 'shop.info', POISON);
    const { poison } = app.get(Handler);
    await eventually(() => poison[DEAD_LETTER_EXCHANGE] > 0, { timeoutMs: 30_000 });
    expect(poison).toEqual({ [LOGS_EXCHANGE]: DELIVERY_LIMIT + 1, [DEAD_LETTER_EXCHANGE]: 1 });
  });

  it('a message that cannot be acknowledged, as its connection went, comes again and is no failure', async () => {
    const { seen, end } = app.get(Handler);
    const told = logged.length;
    await broker.publish(LOGS_EXCHANGE, 'shop.info', SLOW);
    await eventually(() => seen.includes(SLOW));
    await broker.dropConnections();
    await eventually(() => seen.filter((body) => body === SLOW).length === 2);
    end();
    await eventually(async () => (await broker.depth(LOG_QUEUE)) === 0);
    expect(logged.slice(told).filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('consumes again after the broker closed the channel, as it does when a message is kept for too long', async () => {
    const { seen } = app.get(Handler);
    const fields = { deliveryTag: 1_000_000, redelivered: false, exchange: '', routingKey: '', consumerTag: '' };
    const unknown = { content: Buffer.alloc(0), fields, properties: {} } as unknown as ConsumeMessage;
    app.get(AmqpConnection).channel.ack(unknown); // refused: 406, which closes the channel and nothing else
    await eventually(async () => (await broker.consumerCount(LOG_QUEUE)) === 0);
    await broker.publish(LOGS_EXCHANGE, 'shop.info', 'on the new channel');
    await eventually(() => seen.includes('on the new channel'), { timeoutMs: 20_000 });
  });
});
