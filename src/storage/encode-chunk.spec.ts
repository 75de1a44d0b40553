import type { Part } from '../log/decode-message';
import { type LogRecord, NO_ATTRIBUTES } from '../log/log-record';
import { HOUR_US, MINUTE_US } from '../log/timestamp';
import { decodeMinutes } from './minutes';
import { encodeChunk } from './encode-chunk';
import { recordsOf } from './open-block';
import { uuidText } from './chunk-unreadable';

const NOON = 1_795_000_000 * 1_000_000 - ((1_795_000_000 * 1_000_000) % HOUR_US);
const ID = Buffer.from('019ab3c4d5e67f8091a2b3c4d5e6f708', 'hex');
const encode = (part: Part) => encodeChunk(part, () => ID);
const record = (minute: number, body: string, rest: Partial<LogRecord> = {}): LogRecord => ({
  timestamp: NOON + minute * MINUTE_US,
  service: 'shop',
  severity: 'warn',
  body,
  attributes: NO_ATTRIBUTES,
  ...rest,
});

it('says in its header what its records share, and sorts them', () => {
  const id = Buffer.alloc(20, 7);
  const records = [record(3, 'c'), record(0, 'a'), record(3, 'b')];
  const chunk = encode({ id, records });
  expect(chunk).toMatchObject({ version: 1, level: 0, service: 'shop', severity: 'warn', span: 'hour', count: 3 });
  expect([chunk.from, chunk.to]).toEqual([NOON, NOON + 3 * MINUTE_US]);
  expect(uuidText(chunk._id)).toBe('019ab3c4-d5e6-7f80-91a2-b3c4d5e6f708');
  expect(chunk._id.sub_type).toBe(4);
  expect(chunk.parts?.map((part) => Buffer.from(part.value()))).toEqual([id]);
  expect(Object.keys(chunk).at(-1)).toBe('parts');
  expect(recordsOf(chunk).map(({ body }) => body)).toEqual(['a', expect.stringMatching(/[bc]/), expect.any(String)]);
  expect(records.map(({ body }) => body)).toEqual(['c', 'a', 'b']);
  expect(decodeMinutes(chunk)).toEqual({ first: NOON / MINUTE_US, counts: [1, 0, 0, 2] });
});

it('has no field parts when the part has no id: an empty one would be indexed', () => {
  expect(Object.keys(encode({ id: null, records: [record(0, 'a')] }))).not.toContain('parts');
});

it.each([
  ['no record', []],
  ['two hours', [record(0, 'a'), record(60, 'b')]],
  ['two services', [record(0, 'a'), record(0, 'b', { service: 'other' })]],
  ['two severities', [record(0, 'a'), record(1, 'b', { severity: 'error' })]],
])('refuses a part of %s', (_caption, records) => {
  expect(() => encode({ id: null, records })).toThrow(RangeError);
});
