import fc from 'fast-check';
import { anyRecord } from '../../test/support/arbitrary-logs';
import { cleanService } from './limits';
import { decodeRecordId, encodeRecordId } from './record-id';
import { keyOf } from './record-order';

const key = { timestamp: 1_795_399_938_872_123, service: 's', severity: 'warn', contentHash: 'ab'.repeat(12) } as const;

describe('record ids', () => {
  it('are read back as the key they were made of', () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const made = keyOf({ ...record, service: cleanService(record.service) });
        const id = encodeRecordId(made);
        expect(decodeRecordId(id)).toEqual(made);
        expect(id).toMatch(/^1[A-Za-z0-9_-]{23,}$/);
      }),
    );
  });

  it('hold times before 1970', () => {
    expect(decodeRecordId(encodeRecordId({ ...key, timestamp: -1 }))).toEqual({ ...key, timestamp: -1 });
  });

  const id = encodeRecordId(key);
  const withBytes = (change: (bytes: Buffer) => void): string => {
    const bytes = Buffer.from(id.slice(1), 'base64url');
    change(bytes);
    return `1${bytes.toString('base64url')}`;
  };

  it('have at least 24 characters even for the shortest service', () => expect(id.length).toBeGreaterThanOrEqual(24));

  it.each([
    ['nothing', ''],
    ['a word of a path', 'histogram'],
    ['another format', `2${id.slice(1)}`],
    ['no service', id.slice(0, 29)],
    ['one character less', id.slice(0, -1)],
    ['characters after', `${id}=`],
    ['a line break after', `${id}\n`],
    ['characters that base64url has not', `1${'+'.repeat(40)}`],
    ['bits that decoding would drop', `${id.slice(0, -1)}${id.endsWith('A') ? 'B' : 'z'}`],
    ['an unknown severity', withBytes((bytes) => bytes.writeUInt8(6, 8))],
    ['a time beyond the exact ones', withBytes((bytes) => bytes.writeBigInt64BE(2n ** 60n, 0))],
    ['a service that is no UTF-8', withBytes((bytes) => bytes.writeUInt8(0xff, 21))],
  ])('refuses %s', (_what, text) => expect(decodeRecordId(text)).toBeNull());

  it('refuses or reads any text, and never throws', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^1?[A-Za-z0-9_-]{0,60}$/), (text) => {
        const decoded = decodeRecordId(text);
        expect(decoded === null || encodeRecordId(decoded) === text).toBe(true);
      }),
    );
  });
});
