import fc from 'fast-check';
import { mongo } from 'mongoose';
import { type Attributes, emptyAttributes, type LogRecord, NO_ATTRIBUTES } from '../log/log-record';
import type { Block, Codec } from './chunk';
import { ChunkUnreadable } from './chunk-unreadable';
import { WRITE_CODEC } from './codec';
import { encodeBlocks, MAX_BLOCK_RECORDS, MAX_BLOCK_TEXT } from './columns';
import { openBlock, recordsOf } from './open-block';

const _id = new mongo.Binary(Buffer.from('019ab3c4d5e67f8091a2b3c4d5e6f708', 'hex'), 4);
const CODECS: Codec[] = WRITE_CODEC === 'zstd' ? ['brotli', 'zstd'] : ['brotli'];

const chunkOf = (records: readonly LogRecord[], codec: Codec = 'brotli') => ({
  _id,
  codec,
  service: 'shop',
  severity: 'info' as const,
  ...encodeBlocks(records, codec, 'fast'),
});
const record = (timestamp: number, body: string, attributes: Attributes = NO_ATTRIBUTES): LogRecord => ({
  timestamp,
  service: 'shop',
  severity: 'info',
  body,
  attributes,
});
const attributesOf = (entries: Record<string, string | number | boolean>): Attributes =>
  Object.assign(emptyAttributes(), entries);

const anyText = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom('', '\0', '\u{1f600}', '\ufeffmark', 'line\nline\r\n', 'é'.repeat(300)),
);
const anyAttributes = fc
  .dictionary(
    anyText,
    fc.oneof(anyText, fc.boolean(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
  )
  .map((entries) => attributesOf(JSON.parse(JSON.stringify(entries))));
const anyRecords = fc
  .array(
    fc.record({
      gap: fc.oneof(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 2 ** 40 })),
      body: anyText,
      attributes: fc.oneof(fc.constant(NO_ATTRIBUTES), anyAttributes),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((drafts) => {
    let time = 1_795_000_000_000_000;
    return drafts.map(({ gap, body, attributes }) => record((time += gap), body, attributes));
  });

describe.each(CODECS)('columns in %s', (codec) => {
  it('gives back every record as it was', () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        expect(recordsOf(chunkOf(records, codec))).toEqual(records);
      }),
    );
  });

  it.each([
    ['one record', [record(0, 'x')]],
    ['a time before 1970', [record(-5_000_001, 'a'), record(-1, 'b')]],
    ['a body of a mebibyte', [record(1, 'x'.repeat(2 ** 20)), record(2, 'é'.repeat(2 ** 20)), record(3, '')]],
    ['attributes in the last record only', [record(1, ''), record(2, '', attributesOf({ ['__proto__']: 'p' }))]],
  ])('gives back %s', (_caption, records) => {
    expect(recordsOf(chunkOf(records, codec))).toEqual(records);
  });
});

it('keeps a lone half of a surrogate pair as the replacement character', () => {
  const [first, second] = recordsOf(chunkOf([record(1, 'a\ud83d'), record(2, 'b\ude00')]));
  expect([first?.body, second?.body]).toEqual(['a\ufffd', 'b\ufffd']);
});

it('leaves the column of attributes out when no record has any', () => {
  const [block] = chunkOf([record(1, 'x'), record(2, 'y', attributesOf({}))]).blocks;
  expect(block).toMatchObject({ from: 1, to: 2, count: 2 });
  expect(Object.keys(block ?? {})).not.toContain('attributes');
});

it('begins a new block after a thousand records', () => {
  const records = Array.from({ length: 2 * MAX_BLOCK_RECORDS + 1 }, (_, i) => record(i, `line ${i}`));
  const chunk = chunkOf(records);
  expect(chunk.blocks.map(({ from, to, count }) => [from, to, count])).toEqual([
    [0, 999, 1000],
    [1000, 1999, 1000],
    [2000, 2000, 1],
  ]);
  expect(recordsOf(chunk)).toEqual(records);
});

it('begins a new block where the text would grow beyond its limit', () => {
  const half = 'x'.repeat(MAX_BLOCK_TEXT / 2);
  const chunk = chunkOf([record(1, half), record(2, half), record(3, 'y'), record(4, 'z'.repeat(MAX_BLOCK_TEXT + 1))]);
  expect(chunk.blocks.map(({ count }) => count)).toEqual([2, 1, 1]);
});

it('counts the bytes before compression: times, lengths and texts', () => {
  expect(chunkOf([record(1, 'é'), record(2, 'ab', attributesOf({ k: 1 }))]).bytes).toBe(2 + (2 + 4) + (2 + 7));
});

it('refuses records that are not in their order', () => {
  expect(() => chunkOf([record(2, 'b'), record(1, 'a')])).toThrow(RangeError);
});

describe('damaged bytes', () => {
  const whole = Array.from({ length: 300 }, (_, i) => record(i * 7, `GET /cart/${i * 31} 200`, attributesOf({ i })));
  const [sound] = chunkOf(whole).blocks;
  const open = (block: Block) => recordsOf({ _id, codec: 'brotli', service: 's', severity: 'info', blocks: [block] });
  const damage = (field: 'times' | 'bodies' | 'attributes', change: (bytes: Buffer) => Buffer): Block => {
    if (sound === undefined) throw new Error('no block');
    return { ...sound, [field]: new mongo.Binary(change(Buffer.from(sound[field]?.value() ?? []))) };
  };

  it.each([
    ['times', 'cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length - 3)],
    ['bodies', 'cut short', (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1)],
    ['attributes', 'empty', () => Buffer.alloc(0)],
    ['bodies', 'of an unknown kind', (bytes: Buffer) => Buffer.concat([Buffer.from([7]), bytes.subarray(1)])],
    ['bodies', 'of a length nobody wrote', (bytes: Buffer) => (bytes.writeUInt32LE(0xffffffff, 1), bytes)],
    ['bodies', 'longer than they say', (bytes: Buffer) => (bytes.writeUInt32LE(100, 1), bytes)],
    ['bodies', 'shorter than they say', (bytes: Buffer) => (bytes.writeUInt32LE(1_000_000, 1), bytes)],
    ['attributes', 'no JSON', () => Buffer.from([0, 1, ...new Array<number>(299).fill(0), 0x78])],
    ['attributes', 'no JSON object', () => Buffer.from([0, 2, ...new Array<number>(299).fill(0), 0x5b, 0x5d])],
    ['attributes', 'nested', () => Buffer.from([0, 8, ...new Array<number>(299).fill(0), ...Buffer.from('{"a":{}}')])],
    ['times', 'without an end', () => Buffer.from([0, ...new Array<number>(300).fill(0xff)])],
  ] as const)('%s %s are reported, naming the chunk', (field, _caption, change) => {
    expect(() => open(damage(field, change))).toThrow(ChunkUnreadable);
    expect(() => open(damage(field, change))).toThrow(`chunk 019ab3c4-d5e6-7f80-91a2-b3c4d5e6f708: ${field}: `);
  });

  it('is reported or harmless, whatever byte is changed', () => {
    const field = fc.constantFrom('times' as const, 'bodies' as const, 'attributes' as const);
    fc.assert(
      fc.property(field, fc.nat(), fc.integer({ min: 1, max: 255 }), (name, place, flip) => {
        const block = damage(name, (bytes) => {
          const at = place % bytes.length;
          bytes[at] = (bytes[at] ?? 0) ^ flip;
          return bytes;
        });
        try {
          expect(open(block)).toHaveLength(whole.length);
        } catch (error) {
          expect(error).toBeInstanceOf(ChunkUnreadable);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([0, -1, 1.5, 2 ** 31])('a count of %p is reported', (count) => {
    if (sound === undefined) throw new Error('no block');
    const block = { ...sound, count };
    expect(() => openBlock({ _id, codec: 'brotli', service: 's', severity: 'info' }, block).times()).toThrow(
      ChunkUnreadable,
    );
  });
});
