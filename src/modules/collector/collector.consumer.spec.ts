import { Nack } from '@golevelup/nestjs-rabbitmq';
import { loadConfig } from '../../config/config';
import type { Consuming } from '../../messaging/consuming.module';
import type { Delivery } from '../../messaging/to-wire-message';
import type { StoreDatabase } from '../../storage/store-database';
import type { CollectorEvents } from '../../telemetry/collector-events';
import { CollectorConsumer } from './collector.consumer';
import { Gatherer, type WriteGather } from './gatherer';
import type { Heartbeat } from './heartbeat';
import { StoreOutage } from './outage';
import { StoreProbe } from './store-probe';

const NOW = 1_764_000_000_000_000;

/** A message as the broker delivers it; only what the consumer reads. */
function delivery(body: string): Delivery {
  const fields = {
    routingKey: 'shop.info',
    redelivered: false,
    exchange: 'logs_exchange',
    deliveryTag: 1,
    consumerTag: 'c',
  };
  return { content: Buffer.from(body), fields, properties: { headers: {} } } as unknown as Delivery;
}

/** A double that notes the names of the methods called, in order. */
function noting<T extends object>(calls: string[]): T {
  return new Proxy({} as T, { get: (_, name) => () => void calls.push(String(name)) });
}

function setup(write: WriteGather, isReachable = () => Promise.resolve(true)) {
  const calls: string[] = [];
  const told: string[] = [];
  const consumer = new CollectorConsumer(
    new Gatherer(write, { prefetch: 1, lingerMs: 0 }),
    noting<Consuming>(calls),
    new StoreProbe({ isReachable } as unknown as StoreDatabase),
    noting<Heartbeat>(calls),
    noting<CollectorEvents>(told),
    loadConfig({}),
    () => NOW,
  );
  return { consumer, calls, told };
}

describe('CollectorConsumer', () => {
  it('lets the library acknowledge once the write has ended', async () => {
    const written: number[] = [];
    const { consumer, calls } = setup((gather) => Promise.resolve(void written.push(gather.length)));
    await expect(consumer.collect(Buffer.alloc(0), delivery('text'))).resolves.toBeUndefined();
    expect([written, calls]).toEqual([[1], []]);
  });

  it('gives messages back in a long outage, and consumes again once the store is reachable', async () => {
    let isBack: (value: boolean) => void = () => undefined;
    const reachable = new Promise<boolean>((resolve) => (isBack = resolve));
    const { consumer, calls } = setup(
      () => Promise.reject(new StoreOutage(900, new Error('away'))),
      () => reachable,
    );
    const answers = await Promise.all([
      consumer.collect(Buffer.alloc(0), delivery('a')),
      consumer.collect(Buffer.alloc(0), delivery('b')),
    ]);
    expect(answers).toEqual([new Nack(true), new Nack(true)]);
    expect(calls).toEqual(['pause']);
    isBack(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toEqual(['pause', 'resume']);
  });

  it('does not consume again when the store comes back during a stop', async () => {
    let isBack: (value: boolean) => void = () => undefined;
    const reachable = new Promise<boolean>((resolve) => (isBack = resolve));
    const { consumer, calls } = setup(
      () => Promise.reject(new StoreOutage(900, new Error('away'))),
      () => reachable,
    );
    await consumer.collect(Buffer.alloc(0), delivery('a'));
    await consumer.beforeApplicationShutdown();
    isBack(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toEqual(['pause', 'stop', 'stop']);
  });

  it('throws what is neither stored nor an outage, so that the message goes back', async () => {
    const { consumer, calls } = setup(() => Promise.reject(new Error('a mistake of ours')));
    await expect(consumer.collect(Buffer.alloc(0), delivery('text'))).rejects.toThrow('a mistake of ours');
    expect(calls).toEqual([]);
  });

  it('stops in order: consumers, what is in hand, the heartbeat', async () => {
    let finish: () => void = () => undefined;
    const { consumer, calls, told } = setup(() => new Promise((resolve) => (finish = resolve)));
    const collected = consumer.collect(Buffer.alloc(0), delivery('text'));
    const stopped = consumer.beforeApplicationShutdown();
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls).toEqual(['stop']);
    finish();
    await Promise.all([collected, stopped]);
    expect(calls).toEqual(['stop', 'stop']);
    expect(told).toContain('drained');
  });

  it('gives back what the store does not take before the stop is due, so that the process can end', async () => {
    jest.useFakeTimers();
    try {
      const { consumer, calls, told } = setup(() => new Promise(() => undefined));
      const collected = consumer.collect(Buffer.alloc(0), delivery('text'));
      const stopped = consumer.beforeApplicationShutdown();
      await jest.advanceTimersByTimeAsync(15_000);
      await stopped;
      await expect(collected).resolves.toEqual(new Nack(true));
      expect(calls).toEqual(['stop', 'stop']); // it does not wait for the store, nor consume again
      expect(told).toContain('drainTimedOut');
    } finally {
      jest.useRealTimers();
    }
  });
});
