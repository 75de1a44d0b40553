import fc from 'fast-check';
import { packIdOf } from './pack-key';
import { uuidBytes, uuidTime } from './uuid';

const KEY = { timeMs: 1_795_428_000_123, seed: 'seed' };

describe('packIdOf', () => {
  it('is a UUIDv7 that holds the time of its key', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 48 - 1 }), fc.string(), fc.string(), fc.nat(), (timeMs, seed, service, number) => {
        const id = packIdOf({ timeMs, seed }, service, 'info', number);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(uuidTime(uuidBytes(id) ?? Buffer.alloc(16))).toBe(timeMs * 1_000);
      }),
    );
  });

  it('says the same of the same pack, always: what was sent by an earlier version must be known again', () => {
    expect(packIdOf(KEY, 'shop', 'info', 0)).toBe(packIdOf({ ...KEY }, 'shop', 'info', 0));
    expect(packIdOf(KEY, 'shop', 'info', 0)).toBe('01a207d9-217b-7219-b0c9-79bc95ac3a59');
  });

  it.each([
    ['seed', packIdOf({ ...KEY, seed: 'other' }, 'shop', 'info', 1)],
    ['service', packIdOf(KEY, 'shop2', 'info', 1)],
    ['severity', packIdOf(KEY, 'shop', 'warn', 1)],
    ['number', packIdOf(KEY, 'shop', 'info', 2)],
    ['border between seed and service', packIdOf({ ...KEY, seed: 'seedsh' }, 'op', 'info', 1)],
  ])('differs by %s', (_what, id) => {
    expect(id).not.toBe(packIdOf(KEY, 'shop', 'info', 1));
  });
});
