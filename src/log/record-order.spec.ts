import fc from 'fast-check';
import { anyAttributes, anyRecord, anyText } from '../../test/support/arbitrary-logs';
import { emptyAttributes, NO_ATTRIBUTES } from './log-record';
import { attributesJson, compareKeys, compareRecords, contentHash, keyOf } from './record-order';

describe('compareRecords', () => {
  it('is a total order: antisymmetric, transitive, and 0 only for equal records', () => {
    fc.assert(
      fc.property(anyRecord, anyRecord, anyRecord, (a, b, c) => {
        expect(Math.sign(compareRecords(a, b))).toBe(-Math.sign(compareRecords(b, a)) + 0);
        if (compareRecords(a, b) <= 0 && compareRecords(b, c) <= 0) expect(compareRecords(a, c)).toBeLessThanOrEqual(0);
        expect(compareRecords(a, { ...a })).toBe(0);
        if (compareRecords(a, b) === 0) expect(keyOf(a)).toEqual(keyOf(b));
      }),
    );
  });

  it('agrees with the order of the keys', () => {
    fc.assert(
      fc.property(anyRecord, anyRecord, (a, b) => {
        expect(Math.sign(compareRecords(a, b))).toBe(Math.sign(compareKeys(keyOf(a), keyOf(b))));
      }),
    );
  });

  it('asks for time, then service, then severity', () => {
    const record = { timestamp: 1, service: 'b', severity: 'info', body: '', attributes: NO_ATTRIBUTES } as const;
    const inOrder = [
      { ...record, timestamp: 0, service: 'z', severity: 'fatal' },
      { ...record, service: 'a', severity: 'fatal' },
      { ...record, severity: 'debug' },
      record,
      { ...record, severity: 'error' },
    ] as const;
    expect([...inOrder].reverse().sort(compareRecords)).toEqual(inOrder);
  });
});

describe('contentHash', () => {
  const NAME = 'a';
  const withAttribute = (value: string | number) => Object.assign(emptyAttributes(), { [NAME]: value });

  it.each([
    ['body', { body: 'a', attributes: NO_ATTRIBUTES }, { body: 'b', attributes: NO_ATTRIBUTES }],
    ['type of a value', { body: '', attributes: withAttribute(1) }, { body: '', attributes: withAttribute('1') }],
    [
      'body that ends like attributes',
      { body: 'x\n{"a":1}', attributes: NO_ATTRIBUTES },
      { body: 'x', attributes: withAttribute(1) },
    ],
    [
      'body that ends like attributes without a line break',
      { body: 'x{"a":1}', attributes: NO_ATTRIBUTES },
      { body: 'x', attributes: withAttribute(1) },
    ],
  ])('tells apart by %s', (_what, a, b) => expect(contentHash(a)).not.toBe(contentHash(b)));

  it('is 24 hexadecimal digits', () => {
    expect(contentHash({ body: 'x', attributes: NO_ATTRIBUTES })).toMatch(/^[0-9a-f]{24}$/);
  });

  it('is the same for no attributes, however they are said', () => {
    expect(contentHash({ body: 'x', attributes: emptyAttributes() })).toBe(
      contentHash({ body: 'x', attributes: NO_ATTRIBUTES }),
    );
  });

  it('does not change by storing: as UTF-8 a body, as JSON its attributes', () => {
    fc.assert(
      fc.property(anyText, anyAttributes, (body, attributes) => {
        const json = Buffer.from(attributesJson(attributes)).toString();
        const stored = {
          body: Buffer.from(body).toString(),
          attributes: json === '' ? NO_ATTRIBUTES : Object.assign(emptyAttributes(), JSON.parse(json)),
        };
        expect(contentHash(stored)).toBe(contentHash({ body, attributes }));
      }),
    );
  });
});
