import { type LogRecord, NO_ATTRIBUTES } from '../../log/log-record';
import { Gatherer } from './gatherer';
import { HeldMessage, type MessageContent } from './held-message';
import { StoreOutage } from './outage';

const LINGER_MS = 20;
const PREFETCH = 5;
const RECORD: LogRecord = { timestamp: 0, service: 'a', severity: 'info', body: 'text', attributes: NO_ATTRIBUTES };
const PACK: MessageContent = { chunks: [], singles: [], rejects: [] };
const LINE: MessageContent = { chunks: [], singles: [RECORD], rejects: [] };

function held(content: MessageContent, timestamp?: number): HeldMessage {
  return new HeldMessage({ body: Buffer.alloc(0), routingKey: 'a.info', headers: {}, timestamp }, content);
}

function setup() {
  const writes: { gather: readonly HeldMessage[]; finish: (error?: Error) => void }[] = [];
  const gatherer = new Gatherer(
    (gather) =>
      new Promise((resolve, reject) => {
        writes.push({ gather, finish: (error) => (error === undefined ? resolve() : reject(error)) });
      }),
    { prefetch: PREFETCH, lingerMs: LINGER_MS },
  );
  const sizes = (): number[] => writes.map(({ gather }) => gather.length);
  return { gatherer, writes, sizes };
}

/** Lets `ms` pass, and what they set off happen: with faked timers an immediate takes a millisecond. */
const soon = (ms = 0): Promise<void> => jest.advanceTimersByTimeAsync(ms + 1);

describe('Gatherer', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('writes a pack at once, together with what came in the same breath', async () => {
    const { gatherer, sizes } = setup();
    void gatherer.add(held(PACK));
    void gatherer.add(held(LINE));
    await soon();
    expect(sizes()).toEqual([2]);
  });

  it('gathers while a write runs, and writes all of it when that ends', async () => {
    const { gatherer, writes, sizes } = setup();
    void gatherer.add(held(PACK));
    await soon();
    void gatherer.add(held(PACK));
    void gatherer.add(held(PACK));
    await soon();
    expect(sizes()).toEqual([1]);
    writes[0]?.finish();
    await soon();
    expect(sizes()).toEqual([1, 2]);
  });

  it('lets single lines wait for company, up to the linger time', async () => {
    const { gatherer, sizes } = setup();
    void gatherer.add(held(LINE));
    await soon(LINGER_MS - 2);
    void gatherer.add(held(LINE));
    expect(sizes()).toEqual([]);
    await soon(1);
    expect(sizes()).toEqual([2]);
  });

  it('waits no longer once all that the broker delivers is in hand', async () => {
    const { gatherer, sizes } = setup();
    for (let i = 0; i < PREFETCH; i++) void gatherer.add(held(LINE));
    await soon();
    expect(sizes()).toEqual([PREFETCH]);
  });

  it('runs two writes at most, and holds the rest back', async () => {
    const { gatherer, writes, sizes } = setup();
    void gatherer.add(held(PACK));
    await soon();
    void gatherer.add(held(PACK));
    await soon(LINGER_MS);
    for (let i = 0; i < PREFETCH; i++) void gatherer.add(held(PACK));
    await soon(LINGER_MS);
    expect(sizes()).toEqual([1, 1]);
    writes[1]?.finish();
    await soon();
    expect(sizes()).toEqual([1, 1, PREFETCH]);
  });

  it('lets go of a message only when its write has ended, and passes a failure on', async () => {
    const { gatherer, writes } = setup();
    const stored = gatherer.add(held(PACK));
    await soon();
    const failed = gatherer.add(held(PACK));
    await soon(LINGER_MS);
    expect(gatherer.inHand).toBe(2);
    writes[0]?.finish();
    writes[1]?.finish(new Error('away'));
    await expect(stored).resolves.toBeUndefined();
    await expect(failed).rejects.toThrow('away');
    expect(gatherer.inHand).toBe(0);
  });

  it('knows how old what it holds is, and how new what came', () => {
    const { gatherer } = setup();
    expect([gatherer.oldestInHand, gatherer.newestDelivered]).toEqual([null, null]);
    for (const seconds of [30, 10, 20]) void gatherer.add(held(PACK, seconds + 1_700_000_000));
    void gatherer.add(held(LINE));
    expect([gatherer.oldestInHand, gatherer.newestDelivered]).toEqual([1_700_000_010_000_000, 1_700_000_030_000_000]);
  });

  it('counts what it gave back as in hand until the queue was seen empty', async () => {
    const { gatherer, writes } = setup();
    const givenBack = gatherer.add(held(PACK, 1_700_000_010));
    await soon();
    writes[0]?.finish(new Error('away for long'));
    await expect(givenBack).rejects.toThrow('away');
    expect([gatherer.inHand, gatherer.oldestInHand]).toEqual([0, 1_700_000_010_000_000]);
    gatherer.queueSeenEmpty();
    expect(gatherer.oldestInHand).toBeNull();
  });

  it('gives back what waited for a write, too, as it has waited as long', async () => {
    const { gatherer, writes, sizes } = setup();
    const givenBack: string[] = [];
    const add = (name: string): void => void gatherer.add(held(PACK)).catch(() => givenBack.push(name));
    add('first');
    await soon();
    add('second');
    await soon(LINGER_MS);
    add('waiting');
    await soon(LINGER_MS);
    writes[0]?.finish(new StoreOutage(900, new Error('away')));
    await soon(LINGER_MS);
    expect([givenBack, sizes()]).toEqual([
      ['first', 'waiting'],
      [1, 1],
    ]);
    expect(gatherer.inHand).toBe(1);
  });

  it('drains without waiting for company', async () => {
    const { gatherer, writes, sizes } = setup();
    void gatherer.add(held(LINE));
    let isDrained = false;
    void gatherer.drained().then(() => (isDrained = true));
    await soon();
    expect([sizes(), isDrained]).toEqual([[1], false]);
    writes[0]?.finish();
    await soon();
    expect(isDrained).toBe(true);
  });
});
