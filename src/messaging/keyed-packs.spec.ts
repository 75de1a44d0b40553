import fc from 'fast-check';
import { type LogRecord, NO_ATTRIBUTES } from '../log/log-record';
import { decodePack, MAX_PACK_RECORDS } from '../log/pack';
import { KeyedPacks } from './keyed-packs';
import type { SealedPack } from './sealed-pack';

const KEY = { timeMs: 1_795_428_000_000, seed: 'block' };

function divide(records: readonly LogRecord[]): SealedPack[] {
  const packs = new KeyedPacks(KEY);
  const full = records.map((record) => packs.add(record)).filter((pack) => pack !== null);
  return [...full, ...packs.rest()];
}

const record = (body: string, service = 'shop'): LogRecord => ({
  timestamp: 1_795_428_000_000_000,
  service,
  severity: 'info',
  body,
  attributes: NO_ATTRIBUTES,
});

describe('KeyedPacks', () => {
  it('puts each record into one pack of its service and severity, in order; no two packs share an id', () => {
    const records = fc.array(
      fc.record({
        timestamp: fc.nat(),
        service: fc.constantFrom('a', 'b', 'a.b'),
        severity: fc.constantFrom('info' as const, 'error' as const),
        body: fc.string(),
        attributes: fc.constant(NO_ATTRIBUTES),
      }),
      { maxLength: 1_500 },
    );
    fc.assert(
      fc.property(records, (given) => {
        const packs = divide(given);
        expect(new Set(packs.map(({ id }) => id)).size).toBe(packs.length);
        for (const [service, severity] of [
          ['a', 'info'],
          ['b', 'error'],
          ['a.b', 'info'],
        ] as const) {
          const own = packs.filter((pack) => pack.service === service && pack.severity === severity);
          const bodies = own.flatMap(({ body }) => decodePack(body).records.map((packed) => packed.body));
          const expected = given.filter((one) => one.service === service && one.severity === severity);
          expect(bodies).toEqual(expected.map(({ body }) => body));
          expect(own.slice(0, -1).every(({ count }) => count === MAX_PACK_RECORDS)).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('ends a pack at a mebibyte too', () => {
    const packs = divide(Array.from({ length: 9 }, () => record('x'.repeat(250 * 1024))));
    expect(packs.map(({ count }) => count)).toEqual([5, 4]);
  });

  it('makes the same packs of the same records, byte for byte', () => {
    const records = Array.from({ length: 1_234 }, (_, i) => record(`line ${i}`, `service-${i % 3}`));
    expect(divide(records)).toEqual(divide(records));
  });

  it('makes nothing of nothing', () => {
    expect(divide([])).toEqual([]);
  });
});
