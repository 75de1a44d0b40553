import { Controller, type INestMicroservice, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  type ClientProxy,
  ClientProxyFactory,
  EventPattern,
  MessagePattern,
  Payload,
  type RmqOptions,
  Transport,
} from '@nestjs/microservices';
import { firstValueFrom, from, lastValueFrom, type Observable, toArray } from 'rxjs';
import { AmqpVhost } from '../../support/amqp-vhost';
import { eventually } from '../../support/eventually';

/** Nest's RabbitMQ transport, client and server, as it is. */
const vhost = AmqpVhost.ofFile();

const events: unknown[] = [];

@Controller()
class Answers {
  @MessagePattern('double')
  double(@Payload() value: number): number {
    return value * 2;
  }

  @MessagePattern('count')
  count(@Payload() to: number): Observable<number> {
    return from(Array.from({ length: to }, (_, i) => i));
  }

  @MessagePattern('fail')
  fail(): never {
    throw new Error('on purpose');
  }

  @EventPattern('happened')
  happened(@Payload() value: unknown): void {
    events.push(value);
  }
}

@Module({ controllers: [Answers] })
class Answering {}

describe("Nest's transport", () => {
  let client: ClientProxy;
  let server: INestMicroservice;

  beforeEach(async () => {
    events.length = 0;
    const options: RmqOptions = {
      transport: Transport.RMQ,
      options: { urls: [vhost.broker.url], queue: vhost.newName(), queueOptions: { durable: true }, noAck: true },
    };
    server = await NestFactory.createMicroservice(Answering, { ...options, logger: false });
    await server.listen();
    client = ClientProxyFactory.create(options);
    await client.connect();
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  it('asks and gets its answers, however many at once', async () => {
    const asked = Array.from({ length: 50 }, async (_, i) => firstValueFrom(client.send<number>('double', i)));
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 50 }, (_, i) => 2 * i));
  });

  it('gets an answer of many parts, and one that failed', async () => {
    expect(await lastValueFrom(client.send<number>('count', 4).pipe(toArray()))).toEqual([0, 1, 2, 3]);
    await expect(firstValueFrom(client.send('fail', 0))).rejects.toMatchObject({ status: 'error' });
  });

  it('sends events, in order', async () => {
    for (let i = 0; i < 20; i++) await lastValueFrom(client.emit('happened', { i }), { defaultValue: null });
    await eventually(() => events.length === 20);
    expect(events).toEqual(Array.from({ length: 20 }, (_, i) => ({ i })));
  });

  it('goes on after its connections were dropped', async () => {
    expect(await firstValueFrom(client.send<number>('double', 1))).toBe(2);
    await vhost.broker.dropConnections();
    const again = async () => firstValueFrom(client.send<number>('double', 21), { defaultValue: 0 });
    await eventually(async () => (await again()) === 42, { timeoutMs: 30_000 });
  });
});
