import fc from 'fast-check';
import { anyText } from '../../test/support/arbitrary-logs';
import { decodeMessage, MAX_MESSAGE_BYTES, MAX_MESSAGE_RECORDS } from './decode-message';
import { type LogRecord, NO_ATTRIBUTES } from './log-record';
import { PACK_CONTENT_TYPE, packLine } from './pack';
import { DAY_US, formatTimestamp, HOUR_US } from './timestamp';
import type { WireMessage } from './wire-message';

/** In the middle of a UTC hour. */
const NOW = Date.parse('2026-11-23T10:30:00Z') * 1_000;
const context = { now: NOW, retention: { days: 10 } };
const line = (timestamp: number, body = 'x', attributes = NO_ATTRIBUTES): string =>
  packLine({ timestamp, body, attributes });

const packOf = (lines: readonly (string | Buffer)[], given: Partial<WireMessage> = {}): WireMessage => ({
  body: Buffer.concat(lines.map((text) => Buffer.from(text))),
  routingKey: 'shop.info',
  contentType: PACK_CONTENT_TYPE,
  headers: {},
  timestamp: NOW / 1e6,
  ...given,
});
const single = (body: string | Buffer, given: Partial<WireMessage> = {}): WireMessage => ({
  body: Buffer.from(body),
  routingKey: 'shop.info',
  headers: {},
  ...given,
});
const decode = (message: WireMessage) => decodeMessage(message, context);
const recordsOf = (message: WireMessage): LogRecord[] => decode(message).parts.flatMap(({ records }) => records);

describe('decodeMessage of a single record', () => {
  it('reads the line form', () => {
    expect(recordsOf(single('2026-11-23 10:00:00.5 cart ERROR no stock\r\n'))).toEqual([
      {
        timestamp: Date.parse('2026-11-23T10:00:00.5Z') * 1_000,
        service: 'cart',
        severity: 'error',
        body: 'no stock',
        attributes: NO_ATTRIBUTES,
      },
    ]);
  });

  it('makes a record of text without any property', () => {
    expect(recordsOf(single('hello', { routingKey: '' }))).toEqual([
      { timestamp: NOW, service: 'unknown', severity: 'info', body: 'hello', attributes: NO_ATTRIBUTES },
    ]);
  });

  it('has no id where the message has none, and may be stored twice', () => {
    expect(decode(single('hello')).parts.map(({ id }) => id)).toEqual([null]);
    expect(decode(single('hello', { messageId: 'order-42' })).parts.map(({ id }) => id)).toEqual([null]);
  });

  it.each([
    ['the message', { timestamp: NOW / 1e6 - 60 }, NOW - 60e6],
    ['the clock, where the message has none', {}, NOW],
    ['the clock, where the message says 1970', { timestamp: 0 }, NOW],
    ['the clock, where the message is beyond retention', { timestamp: NOW / 1e6 - 11 * 86_400 }, NOW],
    ['the clock, where the message is far ahead', { timestamp: NOW / 1e6 + 2 * 86_400 }, NOW],
  ])('takes the time of %s', (_what, given, timestamp) => {
    expect(recordsOf(single('hello', given))).toMatchObject([{ timestamp }]);
  });

  it.each([
    ['2099-01-01T00:00:00Z shop INFO x', '2099-01-01T00:00:00Z'],
    ['{"ts":4102444800,"msg":"x"}', '4102444800'],
    ['{"ts":"soon","msg":"x"}', 'soon'],
    ['{"ts":0,"msg":"x"}', '0'],
  ])('keeps the unusable time of %s', (body, original) => {
    expect(recordsOf(single(body))).toMatchObject([
      { timestamp: NOW, body: 'x', attributes: { original_timestamp: original } },
    ]);
  });

  it.each([
    '1970-01-01 00:00:00 shop INFO x',
    '{"ts":"1970-01-01T00:00:00Z","msg":"x"}',
    '0000-01-01T00:00:00Z shop INFO x',
  ])('rejects what is too old, with its bytes: %s', (body) => {
    expect(decode(single(body))).toMatchObject({
      parts: [],
      rejects: [
        { index: 0, reason: 'too_old', message: expect.stringContaining('retention'), bytes: Buffer.from(body) },
      ],
    });
  });

  it('measures "ahead" and "too old" from the time of the message', () => {
    const made = NOW - 5 * DAY_US;
    const at = (timestamp: number): WireMessage =>
      single(`${formatTimestamp(timestamp)} shop INFO x`, { timestamp: made / 1e6 });
    expect(recordsOf(at(made + DAY_US))).toMatchObject([{ timestamp: made + DAY_US }]);
    expect(recordsOf(at(made + DAY_US + 1))).toMatchObject([{ timestamp: made }]);
    expect(recordsOf(at(made - 10 * DAY_US))).toMatchObject([{ timestamp: made - 10 * DAY_US }]);
    expect(decode(at(made - 10 * DAY_US - 1)).rejects).toMatchObject([{ reason: 'too_old' }]);
  });

  it('cuts a long line and says so', () => {
    const [record] = recordsOf(single('x'.repeat(1_000_000)));
    expect(record?.attributes['truncated_from']).toBe(1_000_000);
    expect(record?.body.length).toBeGreaterThan(250_000);
  });
});

describe('decodeMessage', () => {
  it('never throws, and whatever is in a message ends up in a part or a reject', () => {
    const value = fc.oneof(
      anyText,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.uint8Array().map((b) => Buffer.from(b)),
    );
    const names = fc.constantFrom(
      'service',
      'severity',
      'count',
      'MESSAGE',
      'DATE',
      'PROGRAM',
      'PRIORITY',
      '__proto__',
      'x',
    );
    const body = fc.oneof(
      anyText,
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.json(),
      fc.json().map((json) => `{"pattern":1,"data":${json}}`),
      fc.array(fc.oneof(anyText, fc.constant(line(NOW).trimEnd())), { maxLength: 5 }).map((lines) => lines.join('\n')),
    );
    const message = fc.record({
      body: body.map((content) => Buffer.from(content)),
      routingKey: anyText,
      contentType: fc.constantFrom(undefined, PACK_CONTENT_TYPE, 'application/json', 'text/plain', ''),
      headers: fc.array(fc.tuple(names, value)).map((entries) => Object.fromEntries(entries)),
      messageId: fc.oneof(fc.constant(undefined), fc.uuid(), anyText),
      timestamp: fc.oneof(fc.constant(undefined), fc.double(), fc.maxSafeNat()),
    });
    fc.assert(
      fc.property(message, (given) => {
        const { parts, rejects } = decode(given);
        expect(parts.length + rejects.length).toBeGreaterThan(0);
        for (const { records } of parts) {
          expect(records.length).toBeGreaterThan(0);
          expect(new Set(records.map(({ timestamp }) => Math.floor(timestamp / HOUR_US))).size).toBe(1);
          for (const record of records) expect(isSound(record)).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not read a message of too many records, nor one of too many bytes', () => {
    const most = packOf([line(NOW).repeat(MAX_MESSAGE_RECORDS)]);
    expect(recordsOf(most)).toHaveLength(MAX_MESSAGE_RECORDS);
    const tooLarge = { parts: [], rejects: [{ index: -1, reason: 'message_too_large' }] };
    expect(decode(packOf([line(NOW).repeat(MAX_MESSAGE_RECORDS + 1)]))).toMatchObject(tooLarge);
    expect(decode(packOf(['x\n'.repeat(MAX_MESSAGE_RECORDS + 1)]))).toMatchObject(tooLarge);
    expect(decode(packOf([Buffer.alloc(MAX_MESSAGE_BYTES + 1)]))).toMatchObject(tooLarge);
  });
});

/** What the store takes for granted. */
function isSound({ timestamp, service, severity, body, attributes }: LogRecord): boolean {
  const isTyped =
    Number.isSafeInteger(timestamp) && service !== '' && severity !== undefined && typeof body === 'string';
  const isPlain = (value: unknown): boolean =>
    typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value));
  return isTyped && Object.getPrototypeOf(attributes) === null && Object.values(attributes).every(isPlain);
}
