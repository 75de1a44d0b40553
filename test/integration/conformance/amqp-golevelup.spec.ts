import { AmqpConnection, RabbitMQModule, RabbitRPC, RabbitSubscribe } from '@golevelup/nestjs-rabbitmq';
import { type INestApplicationContext, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { quietLogger } from '../../../src/messaging/broker-connection';
import { AmqpVhost } from '../../support/amqp-vhost';
import { eventually } from '../../support/eventually';

/** golevelup's module, as it is: more of it than the application uses. */
const vhost = AmqpVhost.ofFile();

const QUEUE = 'golevelup';
const EXCHANGE = 'golevelup exchange';

@Injectable()
class Subscriber {
  readonly seen: { body: unknown; key: string; redelivered: boolean }[] = [];
  private failures = 1;

  @RabbitSubscribe({ exchange: EXCHANGE, routingKey: ['#.error', '#.warn'], queue: QUEUE })
  async see(body: unknown, message: { fields: { routingKey: string; redelivered: boolean } }): Promise<void> {
    const { routingKey: key, redelivered } = message.fields;
    this.seen.push({ body, key, redelivered });
    if (this.failures-- > 0) throw new Error('the first comes again');
  }

  @RabbitRPC({ exchange: EXCHANGE, routingKey: 'double', queue: `${QUEUE} answers` })
  double({ value }: { value: number }): { value: number } {
    return { value: value * 2 };
  }
}

@Module({})
class Root {}

describe("golevelup's module", () => {
  let app: INestApplicationContext;
  let amqp: AmqpConnection;

  beforeAll(async () => {
    const rabbit = RabbitMQModule.forRoot({
      uri: vhost.broker.url,
      exchanges: [{ name: EXCHANGE, type: 'topic' }],
      connectionInitOptions: { wait: true },
      connectionManagerOptions: { reconnectTimeInSeconds: 1 },
      logger: quietLogger(() => undefined),
    });
    app = await NestFactory.createApplicationContext(
      { module: Root, imports: [rabbit], providers: [Subscriber] },
      { logger: false, abortOnError: false },
    );
    amqp = app.get(AmqpConnection);
  });
  afterAll(async () => app.close());

  it('publishes and consumes; what its handler fails on comes again', async () => {
    const { seen } = app.get(Subscriber);
    await amqp.publish(EXCHANGE, 'shop.eu.error', { text: 'one' });
    await eventually(() => seen.length === 2);
    await amqp.publish(EXCHANGE, 'shop.info', { text: 'nobody wants it' });
    await amqp.publish(EXCHANGE, 'warn', { text: 'two' });
    await eventually(() => seen.length === 3);
    expect(seen).toEqual([
      { body: { text: 'one' }, key: 'shop.eu.error', redelivered: false },
      { body: { text: 'one' }, key: 'shop.eu.error', redelivered: true },
      { body: { text: 'two' }, key: 'warn', redelivered: false },
    ]);
    await vhost.depthIs(QUEUE, 0);
  });

  it('asks and gets its answers by direct reply-to', async () => {
    const asked = Array.from({ length: 50 }, async (_, value) =>
      amqp.request({ exchange: EXCHANGE, routingKey: 'double', payload: { value }, timeout: 10_000 }),
    );
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 50 }, (_, i) => ({ value: 2 * i })));
  });

  it('goes on after its connection was dropped', async () => {
    const { seen } = app.get(Subscriber);
    const before = seen.length;
    await vhost.broker.dropConnections();
    // What is published on the connection that is going may be lost with it.
    await eventually(async () => amqp.publish(EXCHANGE, 'late.error', { text: 'three' }), { timeoutMs: 20_000 });
    await eventually(() => seen.length > before, { timeoutMs: 20_000 });
    expect(seen.at(-1)).toMatchObject({ body: { text: 'three' } });
  });
});
