import type { Consuming } from '../../messaging/consuming.module';
import { type Heartbeat as Beat, type Heartbeats, STALE_AFTER_US } from '../../storage/heartbeats';
import type { CollectorEvents } from '../../telemetry/collector-events';
import type { Gatherer } from './gatherer';
import { Heartbeat } from './heartbeat';

const NOW = 1_764_000_000_000_000;

function setup(ready: () => Promise<number>, clock = () => NOW) {
  const written: Beat[] = [];
  const calls: string[] = [];
  const gatherer = {
    oldestInHand: 1,
    newestDelivered: 2,
    inHand: 3,
    queueSeenEmpty: () => calls.push('queueSeenEmpty'),
  };
  const heartbeats = {
    write: (beat: Beat) => Promise.resolve(void written.push(beat)),
    removeBefore: (time: number) => Promise.resolve(void calls.push(`removeBefore ${time - NOW}`)),
    remove: (instance: string) => Promise.resolve(void calls.push(`remove ${instance}`)),
  };
  const noting = {
    heartbeatFailed: () => calls.push('failed'),
    heartbeatWritten: () => undefined,
  } as unknown as CollectorEvents;
  const heartbeat = new Heartbeat(
    gatherer as unknown as Gatherer,
    { readyMessages: ready } as unknown as Consuming,
    heartbeats as unknown as Heartbeats,
    noting,
    clock,
  );
  return { heartbeat, written, calls };
}

describe('Heartbeat', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('tells at the start, and every second, what is in hand and what waits', async () => {
    const { heartbeat, written, calls } = setup(() => Promise.resolve(7));
    heartbeat.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(2_000);
    await heartbeat.stop(true);
    const told = { at: NOW, oldestInHand: 1, newestDelivered: 2, inHand: 3, ready: 7 };
    expect(written).toEqual([told, told, told].map((beat) => ({ ...beat, instance: written[0]?.instance })));
    expect(calls).toEqual([`remove ${written[0]?.instance}`]);
  });

  it('forgets what was given back, and who is gone, once the queue is empty', async () => {
    const { heartbeat, calls } = setup(() => Promise.resolve(0));
    heartbeat.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(0);
    await heartbeat.stop(false);
    expect(calls).toEqual(['queueSeenEmpty', `removeBefore ${-STALE_AFTER_US}`]);
  });

  it('speaks of the time before it looked: what came while the store was slow may wait in the queue', async () => {
    const startedAt = Date.now();
    const { heartbeat, written } = setup(
      () => new Promise((resolve) => setTimeout(() => resolve(0), 3_000)),
      () => NOW + (Date.now() - startedAt) * 1_000,
    );
    heartbeat.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(3_000);
    await heartbeat.stop(true);
    expect(written.map(({ at, ready }) => ({ at, ready }))).toEqual([{ at: NOW, ready: 0 }]);
  });

  it('tells that it does not know what waits while the broker cannot be asked', async () => {
    const { heartbeat, written, calls } = setup(() => Promise.reject(new Error('not connected')));
    heartbeat.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(0);
    await heartbeat.stop(false);
    expect([written.map(({ ready }) => ready), calls]).toEqual([[null], ['failed']]);
  });
});
