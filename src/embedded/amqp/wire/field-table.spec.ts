import fc from 'fast-check';
import { AmqpError } from '../reply-codes';
import { field, integerOf, readTable, tablesIn, textOf, typeNameOf, writeTable } from './field-table';

/** A value of each type of the wire format: its tag, then bytes. */
const VALUES: readonly [string, Buffer][] = [
  ['byte', Buffer.from('62ff', 'hex')],
  ['unsignedbyte', Buffer.from('42ff', 'hex')],
  ['bool', Buffer.from('7401', 'hex')],
  ['short', Buffer.from('73fffe', 'hex')],
  ['unsignedshort', Buffer.from('75fffe', 'hex')],
  ['signedint', Buffer.from('49fffffffe', 'hex')],
  ['unsignedint', Buffer.from('69fffffffe', 'hex')],
  ['long', Buffer.from('6c0000000000000005', 'hex')],
  ['float', Buffer.from('663f800000', 'hex')],
  ['double', Buffer.from('643ff0000000000000', 'hex')],
  ['decimal', Buffer.from('440200000064', 'hex')],
  ['timestamp', Buffer.from('540000000067000000', 'hex')],
  ['void', Buffer.from('56', 'hex')],
  ['longstr', field.text('zwölf')],
  ['binary', Buffer.from('78000000020001', 'hex')],
  ['array', field.array([field.text('a'), field.int64(2)])],
  ['table', field.table(new Map([['inner', field.boolean(true)]]))],
];

describe('field tables', () => {
  it('keep every value as the bytes it came as', () => {
    const table = new Map(VALUES);
    expect(readTable(writeTable(table))).toEqual(table);
  });

  it.each(VALUES)('names the type %s', (name, value) => {
    expect(typeNameOf(value)).toBe(name);
  });

  it('keep keys whose bytes are no UTF-8', () => {
    const bytes = Buffer.from('0000000302ff8056', 'hex').subarray(0, 8);
    bytes.writeUInt32BE(4, 0);
    expect(writeTable(readTable(bytes))).toEqual(bytes);
  });

  it('throw nothing but AmqpError for whatever bytes', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (random, fitting) => {
      const bytes = Buffer.concat([Buffer.from([0, 0, 0, fitting ? random.length : 255]), random]);
      try {
        tablesIn([...readTable(bytes).values()][0]);
      } catch (error) {
        expect(error).toBeInstanceOf(AmqpError);
      }
    });
    fc.assert(property, { numRuns: 2_000 });
  });

  it.each<[string, number | undefined]>([
    ['byte', -1],
    ['unsignedbyte', 255],
    ['short', -2],
    ['unsignedshort', 65_534],
    ['signedint', -2],
    ['unsignedint', 4_294_967_294],
    ['long', 5],
    ['double', undefined],
    ['longstr', undefined],
  ])('read a whole number from %s', (type, number) => {
    expect(integerOf(new Map(VALUES).get(type))).toBe(number);
  });

  it('read text from longstr alone', () => {
    expect(textOf(new Map(VALUES).get('longstr'))).toBe('zwölf');
    expect(textOf(new Map(VALUES).get('binary'))).toBeUndefined();
    expect(textOf(undefined)).toBeUndefined();
  });

  it('find the tables in an array, and none in anything else', () => {
    const inner = new Map([['n', field.int64(1)]]);
    expect(tablesIn(field.array([field.text('x'), field.table(inner)]))).toEqual([inner]);
    expect(tablesIn(field.text('x'))).toEqual([]);
  });
});
