import fc from 'fast-check';
import { readRecords, writeRecords } from './saved-format';

const bytes = fc.uint8Array({ maxLength: 50 }).map((list) => Buffer.from(list));
const record = fc.record({ description: fc.jsonValue({ noUnicodeString: false }), properties: bytes, body: bytes });

describe('the saved file', () => {
  it('is read as it was written', () => {
    const property = fc.property(fc.array(record, { maxLength: 10 }), (records) => {
      // -0 is no JSON.
      const plain = records.map(({ description, ...rest }) => ({
        description: JSON.parse(JSON.stringify(description)),
        ...rest,
      }));
      expect(readRecords(Buffer.concat([...writeRecords(plain)]))).toEqual(plain);
    });
    fc.assert(property);
  });

  it('is refused where it is not records', () => {
    const whole = Buffer.concat([...writeRecords([{ description: { a: 1 }, body: Buffer.from('body') }])]);
    for (const length of [1, 5, 9]) expect(() => readRecords(whole.subarray(0, length))).toThrow();
    expect(() => readRecords(Buffer.from('not ours'))).toThrow();
  });
});
