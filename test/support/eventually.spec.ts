import { eventually } from './eventually';

describe('eventually', () => {
  it('resolves with the first truthy value', async () => {
    let calls = 0;
    await expect(eventually(() => (++calls < 3 ? undefined : `call ${calls}`), { intervalMs: 1 })).resolves.toBe(
      'call 3',
    );
  });

  it('tries again after an error, thrown or rejected', async () => {
    let calls = 0;
    const fails = (): Promise<boolean> => {
      if (++calls === 1) throw new Error('thrown');
      return calls === 2 ? Promise.reject(new Error('rejected')) : Promise.resolve(true);
    };
    await expect(eventually(fails, { intervalMs: 1 })).resolves.toBe(true);
  });

  it.each([
    ['the last value', () => 0, 'rain did not come true within 20 ms: the last value was 0'],
    ['a value that was never returned', () => undefined, /the last value was undefined/],
    ['the last error', () => Promise.reject(new Error('dry')), /the last try failed: dry/],
    ['that a try hangs', () => new Promise<boolean>(() => undefined), /still being tried for the first time/],
  ])('gives up in time and tells %s', async (_caption, fn: () => unknown, message) => {
    await expect(eventually(fn, { timeoutMs: 20, intervalMs: 1, describe: 'rain' })).rejects.toThrow(message);
  });
});
