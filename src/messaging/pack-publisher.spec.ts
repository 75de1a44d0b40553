import { decodePack, MAX_PACK_RECORDS } from '../log/pack';
import { type LogRecord, NO_ATTRIBUTES } from '../log/log-record';
import { packIdOf } from '../log/pack-key';
import { keyedPacksOf } from './keyed-packs';
import { PackPublisher } from './pack-publisher';
import type { SealedPack } from './sealed-pack';

const KEY = { timeMs: 0, seed: '' };
const LINGER_MS = 20;
/** After this a pack leaves although many have left. */
const PATIENCE_MS = 200;
const record = (body: string, service = 'shop'): LogRecord => ({
  timestamp: 1_700_000_000_000_000,
  service,
  severity: 'info',
  body,
  attributes: NO_ATTRIBUTES,
});

/** A broker that confirms when it is told to. */
class FakeBroker {
  readonly sent: SealedPack[] = [];
  private readonly confirms: { resolve: () => void; reject: (error: Error) => void }[] = [];

  readonly send = (pack: SealedPack): Promise<void> => {
    this.sent.push(pack);
    return new Promise((resolve, reject) => this.confirms.push({ resolve, reject }));
  };

  confirm(count: number): void {
    this.confirms.splice(0, count).forEach(({ resolve }) => resolve());
  }

  refuse(): void {
    this.confirms.shift()?.reject(new Error('stopped'));
  }
}

function setup(maxInFlightBytes = 1_000_000) {
  const broker = new FakeBroker();
  const publisher = new PackPublisher(broker.send, { lingerMs: LINGER_MS, maxInFlightBytes }, () => true, Date.now);
  return { broker, publisher };
}

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => (settled = true));
  await jest.advanceTimersByTimeAsync(0);
  return settled;
}

describe('PackPublisher', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('sends a pack that is not full after the linger time, with all that came meanwhile', async () => {
    const { broker, publisher } = setup();
    void publisher.publish([record('one')]);
    await jest.advanceTimersByTimeAsync(LINGER_MS - 1);
    void publisher.publish([record('two')]);
    expect(broker.sent).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(broker.sent.map(({ count }) => count)).toEqual([2]);
    expect(decodePack(broker.sent[0]?.body ?? Buffer.alloc(0)).records.map(({ body }) => body)).toEqual(['one', 'two']);
  });

  it('sends a full pack at once', () => {
    const { broker, publisher } = setup();
    void publisher.publish(Array.from({ length: MAX_PACK_RECORDS + 1 }, (_, i) => record(`line ${i}`)));
    expect(broker.sent.map(({ count }) => count)).toEqual([MAX_PACK_RECORDS]);
  });

  it('keeps services and severities apart', async () => {
    const { broker, publisher } = setup();
    void publisher.publish([record('a', 'x'), { ...record('b', 'x'), severity: 'error' }, record('c', 'y')]);
    await jest.advanceTimersByTimeAsync(LINGER_MS);
    expect(broker.sent.map(({ service, severity }) => `${service}.${severity}`)).toEqual([
      'x.info',
      'x.error',
      'y.info',
    ]);
  });

  it('resolves publish only once every pack of its records is confirmed', async () => {
    const { broker, publisher } = setup();
    const published = publisher.publish([record('a', 'x'), record('b', 'y')]);
    await jest.advanceTimersByTimeAsync(LINGER_MS);
    broker.confirm(1);
    expect(await isSettled(published)).toBe(false);
    broker.confirm(1);
    expect(await isSettled(published)).toBe(true);
  });

  it('lets packs fill while many are unconfirmed, and sends the oldest once confirms come', async () => {
    const { broker, publisher } = setup();
    for (let i = 0; i < 25; i++) void publisher.publish([record('x', `service-${i}`)]);
    await jest.advanceTimersByTimeAsync(LINGER_MS * 3);
    expect(broker.sent).toHaveLength(20);
    broker.confirm(2);
    await jest.advanceTimersByTimeAsync(0);
    expect(broker.sent.slice(20).map(({ service }) => service)).toEqual(['service-20', 'service-21']);
  });

  it('sends no more than 500 packs a second that are not full, but leaves none waiting for long', async () => {
    const { broker, publisher } = setup();
    const sentAt = new Map<string, number>();
    const sendAll = async (milliseconds: number): Promise<void> => {
      for (let passed = 0; passed < milliseconds; passed++) {
        await jest.advanceTimersByTimeAsync(1);
        for (const { service } of broker.sent.splice(0)) sentAt.set(service, passed + 1);
        broker.confirm(1_000);
      }
    };
    for (let i = 0; i < 200; i++) void publisher.publish([record('x', `service-${i}`)]);
    await sendAll(PATIENCE_MS + 50);
    expect(Array.from(sentAt.values()).filter((ms) => ms <= LINGER_MS)).toHaveLength(20);
    expect(Array.from(sentAt.values()).filter((ms) => ms < PATIENCE_MS).length).toBeLessThanOrEqual(110);
    expect(sentAt.size).toBe(200);
  });

  it('is full at its limit and wakes who waits for room', async () => {
    const { broker, publisher } = setup(10);
    expect(await isSettled(publisher.whenRoom())).toBe(true);
    void publisher.publish([record('longer than ten characters')]);
    expect(publisher.isFull).toBe(true);
    const room = publisher.whenRoom();
    await jest.advanceTimersByTimeAsync(LINGER_MS);
    expect(await isSettled(room)).toBe(false);
    broker.confirm(1);
    expect(await isSettled(room)).toBe(true);
    expect(publisher.isFull).toBe(false);
  });

  it('sends keyed records at once, in packs of their own, whatever else is open', async () => {
    const { broker, publisher } = setup();
    const key = { timeMs: 1_795_428_000_000, seed: 'a block' };
    void publisher.publish([record('other')]);
    const published = publisher.publishPacks(keyedPacksOf(key, [record('a'), record('b'), record('c', 'y')]));
    await jest.advanceTimersByTimeAsync(0);
    expect(broker.sent.map(({ service, count, id }) => [service, count, id])).toEqual([
      ['shop', 2, packIdOf(key, 'shop', 'info', 0)],
      ['y', 1, packIdOf(key, 'y', 'info', 0)],
    ]);
    expect(publisher.unconfirmedPacks).toBe(2);
    broker.confirm(1);
    expect(await isSettled(published)).toBe(false);
    broker.confirm(1);
    expect(await isSettled(published)).toBe(true);
  });

  it('rejects keyed records that a stop cut off', async () => {
    const { broker, publisher } = setup();
    const published = publisher.publishPacks(keyedPacksOf(KEY, [record('a'), record('b', 'y')]));
    await jest.advanceTimersByTimeAsync(0);
    broker.confirm(1);
    broker.refuse();
    await expect(published).rejects.toThrow('stopped');
  });

  it('waits at a stop for keyed records that are still being divided', async () => {
    jest.useRealTimers(); // others get their turn in between
    const { broker, publisher } = setup(100_000_000);
    const published = publisher.publishPacks(
      keyedPacksOf(
        KEY,
        Array.from({ length: 5_000 }, (_, i) => record(`line ${i}`)),
      ),
    );
    expect(broker.sent.length).toBeLessThan(10);
    broker.confirm(10);
    const flushed = publisher.flush();
    while (broker.sent.length < 10) {
      await new Promise((resolve) => setImmediate(resolve));
      broker.confirm(10);
    }
    broker.confirm(10);
    await Promise.all([flushed, published]);
    expect(broker.sent.reduce((sum, { count }) => sum + count, 0)).toBe(5_000);
  });

  it('counts keyed packs among what waits for the broker', async () => {
    const { broker, publisher } = setup(10);
    const published = publisher.publishPacks(keyedPacksOf(KEY, [record('longer than ten characters')]));
    await jest.advanceTimersByTimeAsync(0);
    expect(publisher.isFull).toBe(true);
    broker.confirm(1);
    await published;
    expect(publisher.isFull).toBe(false);
    await publisher.publishPacks([]); // nothing to wait for
  });

  it('is idle, and tells, when the packs cannot all be made', async () => {
    const { broker, publisher } = setup();
    const packs = async function* (): AsyncGenerator<SealedPack> {
      yield* keyedPacksOf(KEY, [record('a')]);
      throw new Error('no more of them');
    };
    const published = publisher.publishPacks(packs());
    const flushed = publisher.flush();
    await expect(published).rejects.toThrow('no more of them');
    broker.confirm(1);
    await flushed;
  });

  it('flushes at a stop, and rejects what the stop cut off', async () => {
    const { broker, publisher } = setup();
    const published = publisher.publish([record('last words')]);
    const flushed = publisher.flush();
    expect(broker.sent).toHaveLength(1);
    expect(publisher.unconfirmedPacks).toBe(1);
    broker.refuse();
    await expect(published).rejects.toThrow('stopped');
    await flushed;
  });
});
