import fc from 'fast-check';
import { anyAttributes, anyText } from '../../test/support/arbitrary-logs';
import {
  cleanService,
  cutToBytes,
  MAX_ATTRIBUTES,
  MAX_ATTRIBUTES_BYTES,
  MAX_NAME_BYTES,
  MAX_RECORD_BYTES,
  MAX_SERVICE_BYTES,
  MAX_VALUE_BYTES,
  withinLimits,
} from './limits';
import { type Attributes, emptyAttributes, type LogRecord, NO_ATTRIBUTES } from './log-record';

const recordOf = (body: string, attributes: Attributes = NO_ATTRIBUTES): LogRecord => ({
  timestamp: 1,
  service: 'shop',
  severity: 'info',
  body,
  attributes,
});
const attributesOf = (entries: readonly (readonly [string, string | number])[]): Attributes =>
  Object.assign(emptyAttributes(), Object.fromEntries(entries));
const many = (count: number, value: string | number = 1): Attributes =>
  attributesOf(Array.from({ length: count }, (_, i) => [`name${i}`, value]));
const sizeOf = (attributes: Attributes): number =>
  Object.entries(attributes).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + (typeof value === 'string' ? Buffer.byteLength(value) : 24),
    0,
  );

describe('cutToBytes', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc'],
    ['aé', 2, 'a'],
    ['aé', 3, 'aé'],
    ['😀😀', 7, '😀'],
    ['😀', 3, ''],
    ['x', 0, ''],
  ])('cuts %j to %d bytes', (text, bytes, cut) => expect(cutToBytes(text, bytes)).toBe(cut));

  it('gives the longest beginning that fits, in whole characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), fc.nat(60), (text, bytes) => {
        const cut = cutToBytes(text, bytes);
        expect(text.startsWith(cut)).toBe(true);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(bytes);
        const [next = ''] = text.slice(cut.length);
        expect(next === '' || Buffer.byteLength(cut + next) > bytes).toBe(true);
      }),
    );
  });
});

describe('cleanService', () => {
  it.each([
    [' shop ', 'shop'],
    ['', 'unknown'],
    [' \n', 'unknown'],
    ['my shop.#*😀', 'my shop.#*😀'],
    ['\ud83d', '\ufffd'],
  ])('makes %j to %j', (name, service) => expect(cleanService(name)).toBe(service));

  it('is never empty, never too long, and changes nothing at the second look', () => {
    const name = fc.tuple(anyText, fc.nat(400)).map(([text, times]) => text.repeat(times));
    fc.assert(
      fc.property(name, (given) => {
        const service = cleanService(given);
        expect(service).not.toBe('');
        expect(Buffer.byteLength(service)).toBeLessThanOrEqual(MAX_SERVICE_BYTES);
        expect(cleanService(service)).toBe(service);
        expect(Buffer.from(service).toString()).toBe(service);
      }),
    );
  });
});

describe('withinLimits', () => {
  it.each([
    ['a short record', recordOf('x', many(3))],
    ['a body of exactly the limit', recordOf('x'.repeat(MAX_RECORD_BYTES))],
    ['such a body of two-byte characters', recordOf('é'.repeat(MAX_RECORD_BYTES / 2))],
    ['a long body beside attributes', recordOf('x'.repeat(200_000), many(100, 'y'.repeat(200)))],
    ['as many attributes as may be', recordOf('x', many(MAX_ATTRIBUTES))],
    ['a value of exactly the limit', recordOf('x', attributesOf([['a', 'y'.repeat(MAX_VALUE_BYTES)]]))],
    ['a name of exactly the limit', recordOf('x', attributesOf([['é'.repeat(MAX_NAME_BYTES / 2), 1]]))],
  ])('returns %s as it is', (_what, record) => expect(withinLimits(record)).toBe(record));

  it('cuts a body and says how long it was', () => {
    const cut = withinLimits(recordOf('é'.repeat(MAX_RECORD_BYTES), attributesOf([['a', 1]])));
    expect(cut.body).toMatch(/^é+$/);
    expect(Buffer.byteLength(cut.body)).toBeGreaterThan(MAX_RECORD_BYTES - 1_000);
    expect({ ...cut.attributes }).toEqual({ a: 1, truncated_from: 2 * MAX_RECORD_BYTES });
  });

  it('drops attributes beyond the limit and says how many', () => {
    const { attributes } = withinLimits(recordOf('x', many(1_000)));
    const kept = Object.keys(attributes).filter((name) => name.startsWith('name')).length;
    expect(kept).toBeGreaterThan(MAX_ATTRIBUTES - 10);
    expect(attributes['attributes_dropped']).toBe(1_000 - kept);
  });

  it('cuts long names and values and says of how many', () => {
    const { attributes } = withinLimits(
      recordOf(
        'x',
        attributesOf([
          ['n'.repeat(999), 1],
          ['v', 'y'.repeat(99_999)],
          ['a', 1],
        ]),
      ),
    );
    expect({ ...attributes }).toEqual({
      ['n'.repeat(MAX_NAME_BYTES)]: 1,
      v: 'y'.repeat(MAX_VALUE_BYTES),
      a: 1,
      attributes_cut: 2,
    });
  });

  it('counts one of two names as dropped that are the same once cut', () => {
    const { attributes } = withinLimits(
      recordOf(
        'x',
        attributesOf([
          [`${'n'.repeat(300)}1`, 1],
          [`${'n'.repeat(300)}2`, 2],
        ]),
      ),
    );
    expect({ ...attributes }).toEqual({ ['n'.repeat(MAX_NAME_BYTES)]: 1, attributes_cut: 1, attributes_dropped: 1 });
  });

  const stretched = (text: fc.Arbitrary<string>, times: number) =>
    fc.tuple(text, fc.nat(times)).map(([unit, n]) => unit.repeat(n));
  const anySize: fc.Arbitrary<LogRecord> = fc
    .record({
      body: stretched(anyText, 30_000),
      entries: fc.array(fc.tuple(stretched(anyText, 60), fc.oneof(stretched(anyText, 2_000), fc.integer())), {
        maxLength: 8,
      }),
      extra: fc.constantFrom(0, 0, MAX_ATTRIBUTES - 3, MAX_ATTRIBUTES, 400),
    })
    .map(({ body, entries, extra }) =>
      recordOf(body, Object.assign(emptyAttributes(), many(extra), attributesOf(entries))),
    );

  it('never exceeds a limit, and changes nothing at the second look', () => {
    fc.assert(
      fc.property(anySize, (record) => {
        const { body, attributes } = withinLimits(record);
        expect(Buffer.byteLength(body) + sizeOf(attributes)).toBeLessThanOrEqual(MAX_RECORD_BYTES);
        expect(sizeOf(attributes)).toBeLessThanOrEqual(MAX_ATTRIBUTES_BYTES);
        expect(Object.keys(attributes).length).toBeLessThanOrEqual(MAX_ATTRIBUTES);
        for (const [name, value] of Object.entries(attributes)) {
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(MAX_NAME_BYTES);
          expect(Buffer.byteLength(String(value))).toBeLessThanOrEqual(MAX_VALUE_BYTES);
        }
        const once = withinLimits(record);
        expect(withinLimits(once)).toBe(once);
      }),
      { numRuns: 60 },
    );
  });

  it('does not touch a record of ordinary size', () => {
    fc.assert(
      fc.property(anyText, anyAttributes, (body, attributes) => {
        const record = recordOf(body, attributes);
        expect(withinLimits(record)).toBe(record);
      }),
    );
  });
});
