import { Decimal128, Double, Long } from 'bson';
import fc from 'fast-check';
import { anyDocument, anyValue, decoded } from '../../../../test/support/arbitrary-bson';
import { compareValues, equalValues, identicalValues } from './compare';
import { valueKey } from './value-key';

const value = anyValue.map((each) => decoded({ each }).each as unknown);

it('is an order: of any three, it says the same from both sides and goes on from one to the next', () => {
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      expect(Math.sign(compareValues(a, b))).toBe(0 - Math.sign(compareValues(b, a)));
      const [first, second, third] = [a, b, c].sort(compareValues);
      expect(compareValues(first, second)).toBeLessThanOrEqual(0);
      expect(compareValues(second, third)).toBeLessThanOrEqual(0);
      expect(compareValues(first, third)).toBeLessThanOrEqual(0);
    }),
  );
});

it('gives equal values, and no others, one key', () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(valueKey(a) === valueKey(b)).toBe(equalValues(a, b));
    }),
  );
});

it('gives lists of values one key only where each value is equal', () => {
  const list = fc.array(value, { maxLength: 3 });
  fc.assert(
    fc.property(list, list, (a, b) => {
      expect(a.map(valueKey).join('') === b.map(valueKey).join('')).toBe(equalValues(a, b));
    }),
  );
});

it('knows a document again after it was encoded and decoded', () => {
  fc.assert(fc.property(anyDocument, (document) => identicalValues(decoded(document), decoded(document))));
});

it.each([
  [1, new Double(1)],
  [Long.fromNumber(1), new Double(1)],
  [
    { a: 1, b: 2 },
    { b: 2, a: 1 },
  ],
  [new Double(0), new Double(-0)],
])('tells %p from %p byte for byte', (a, b) => {
  expect(identicalValues(a, b)).toBe(false);
});

it('refuses a Decimal128, rather than comparing it wrongly', () => {
  expect(() => compareValues(Decimal128.fromString('1'), 1)).toThrow(/Decimal128 is not implemented/);
});
