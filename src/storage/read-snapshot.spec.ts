import { mongo } from 'mongoose';
import { inSnapshot, isTimeLimit, within } from './read-snapshot';
import { StoreUnavailable } from './store-unavailable';

const serverError = (code: number) => new mongo.MongoServerError({ message: 'refused', code });

function sessions() {
  const ended: number[] = [];
  let started = 0;
  const start = (options: mongo.ClientSessionOptions) => {
    expect(options).toEqual({ snapshot: true });
    const number = ++started;
    const session: Partial<mongo.ClientSession> = {
      endSession: async () => {
        ended.push(number);
      },
    };
    return session as mongo.ClientSession;
  };
  return { start, ended };
}

describe('inSnapshot', () => {
  it.each([239, 246])('reads all again in another session after code %d', async (code) => {
    const { start, ended } = sessions();
    let tries = 0;
    const read = async () => {
      if (++tries < 3) throw serverError(code);
      return 'read';
    };
    const onRetry = jest.fn();
    await expect(inSnapshot(start, read, onRetry)).resolves.toBe('read');
    expect(ended).toEqual([1, 2, 3]);
    expect(onRetry).toHaveBeenCalledTimes(2);
  });

  it('gives up after some tries', async () => {
    const { start, ended } = sessions();
    await expect(inSnapshot(start, () => Promise.reject(serverError(246)))).rejects.toMatchObject({ code: 246 });
    expect(ended).toHaveLength(8);
  });

  it.each([serverError(50), serverError(2), new Error('broken')])('does not try again after %p', async (error) => {
    const { start, ended } = sessions();
    await expect(inSnapshot(start, () => Promise.reject(error))).rejects.toBe(error);
    expect(ended).toEqual([1]);
  });
});

it('knows the error of a command that took too long', () => {
  expect([serverError(50), serverError(2), new Error('50')].map(isTimeLimit)).toEqual([true, false, false]);
});

describe('within', () => {
  it('gives what is answered in time, and what it fails with', async () => {
    await expect(within(1_000, Promise.resolve(1))).resolves.toBe(1);
    await expect(within(1_000, Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  });

  it('calls a store that does not answer unavailable', async () => {
    await expect(within(5, new Promise(() => undefined))).rejects.toThrow(StoreUnavailable);
  });
});
