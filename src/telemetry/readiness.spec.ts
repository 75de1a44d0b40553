import { Readiness } from './readiness';

describe('Readiness', () => {
  it('is ready when nothing has to be', async () => {
    expect(await new Readiness().check()).toEqual({ ready: true, isStopping: false, parts: {} });
  });

  it('names every part, and what it misses', async () => {
    const readiness = new Readiness();
    readiness.add('broker', () => null);
    readiness.add('store', () => Promise.resolve('MongoDB cannot be reached'));
    expect(await readiness.check()).toEqual({
      ready: false,
      isStopping: false,
      parts: { broker: null, store: 'MongoDB cannot be reached' },
    });
  });

  it('is not ready once the process stops, whatever its parts say', async () => {
    const readiness = new Readiness();
    readiness.add('broker', () => null);
    readiness.stop();
    expect(await readiness.check()).toEqual({ ready: false, isStopping: true, parts: { broker: null } });
  });

  it('takes a check that throws or rejects as what the part misses', async () => {
    const readiness = new Readiness();
    readiness.add('throws', () => {
      throw new Error('no channel');
    });
    readiness.add('rejects', () => Promise.reject(new Error('connect ECONNREFUSED')));
    expect(await readiness.check()).toEqual({
      ready: false,
      isStopping: false,
      parts: { throws: 'no channel', rejects: 'connect ECONNREFUSED' },
    });
  });

  it('does not wait longer than its bound for a check that never ends', async () => {
    const readiness = new Readiness(20);
    readiness.add('store', () => new Promise<null>(() => undefined));
    expect(await readiness.check()).toMatchObject({ ready: false, parts: { store: 'no answer within 20 ms' } });
  });

  it('refuses two checks of one name', () => {
    const readiness = new Readiness();
    readiness.add('broker', () => null);
    expect(() => readiness.add('broker', () => null)).toThrow('"broker" has a check already');
  });
});
