import { outageRetry, StoreOutage } from './outage';

class Away extends Error {}
const LIMITS = { firstWaitMs: 100, lastWaitMs: 400, giveBackAfterMs: 1_000 };

function setup() {
  const waits: number[] = [];
  const back: number[] = [];
  const events = { storeAway: (_: unknown, ms: number) => waits.push(ms), storeBack: (s: number) => back.push(s) };
  const retry = outageRetry((error) => error instanceof Away, LIMITS, events, Date.now);
  return { retry, waits, back };
}

describe('outageRetry', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('tries again with growing waits until the store is back', async () => {
    const { retry, waits, back } = setup();
    let tries = 0;
    const result = retry(() => (++tries < 4 ? Promise.reject(new Away()) : Promise.resolve('stored')));
    await jest.advanceTimersByTimeAsync(700);
    await expect(result).resolves.toBe('stored');
    expect([waits, back]).toEqual([[100, 200, 400], [0.7]]);
  });

  it('gives the messages back when the outage lasts', async () => {
    const { retry } = setup();
    const result = retry(() => Promise.reject(new Away('no route')));
    const refused = expect(result).rejects.toThrow(StoreOutage);
    await jest.advanceTimersByTimeAsync(2_000);
    await refused;
  });

  it('does not repeat what will never work', async () => {
    const { retry, waits } = setup();
    await expect(retry(() => Promise.reject(new Error('a mistake')))).rejects.toThrow('a mistake');
    expect(waits).toEqual([]);
  });
});
