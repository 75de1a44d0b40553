import fc from 'fast-check';
import { anyAttributes, anyText } from '../../test/support/arbitrary-logs';
import { decodeMessage } from './decode-message';
import { type LogRecord, NO_ATTRIBUTES } from './log-record';
import { PACK_CONTENT_TYPE, packLine } from './pack';
import { DAY_US, HOUR_US } from './timestamp';
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
const decode = (message: WireMessage) => decodeMessage(message, context);
const recordsOf = (message: WireMessage): LogRecord[] => decode(message).parts.flatMap(({ records }) => records);

describe('a pack', () => {
  it('gives the records of each hour as one part, in the order of the message', () => {
    const message = packOf([line(NOW, 'a'), line(NOW - HOUR_US, 'b'), line(NOW + 1, 'c'), line(NOW - HOUR_US, 'd')]);
    const { parts, rejects } = decode(message);
    expect(parts.map(({ records }) => records.map(({ body }) => body))).toEqual([
      ['a', 'c'],
      ['b', 'd'],
    ]);
    expect(rejects).toEqual([]);
  });

  it('takes service and severity from the headers, whole and in any spelling', () => {
    const service = 'é'.repeat(300);
    const message = packOf([line(NOW)], {
      routingKey: 'cut.info',
      headers: { service, severity: 'WARNING', count: 1 },
    });
    expect(recordsOf(message)).toEqual([
      { timestamp: NOW, service, severity: 'warn', body: 'x', attributes: NO_ATTRIBUTES },
    ]);
  });

  it.each([
    ['the routing key', {}, 'web.shop.error', { service: 'web.shop', severity: 'error' }],
    ['the defaults', {}, '', { service: 'unknown', severity: 'info', attributes: {} }],
    [
      'an unknown word, beside the key',
      { severity: 'AUDIT' },
      'shop.error',
      { severity: 'error', attributes: { severity_text: 'AUDIT' } },
    ],
    [
      'an unknown word of the key',
      {},
      'orders.created',
      { severity: 'info', attributes: { severity_text: 'created' } },
    ],
    ['a number in a header', { severity: 3 }, 'shop.info', { severity: 'error', attributes: {} }],
  ])('takes names from %s', (_what, headers, routingKey, expected) => {
    expect(recordsOf(packOf([line(NOW)], { headers, routingKey }))).toMatchObject([expected]);
  });

  it('stores what it can read and rejects each other line with its own bytes', () => {
    const { parts, rejects } = decode(packOf([line(NOW, 'a'), '{"b":\n', line(NOW, 'c')], { headers: { count: 3 } }));
    expect(parts.flatMap(({ records }) => records.map(({ body }) => body))).toEqual(['a', 'c']);
    expect(rejects).toEqual([
      { index: 1, reason: 'malformed', message: expect.stringContaining('not JSON'), bytes: Buffer.from('{"b":') },
    ]);
  });

  it.each([
    ['too many', 3],
    ['too few', 1],
    ['none', 0],
    ['text', 'many'],
    ['as bytes', Buffer.from('7')],
  ])('keeps the bytes when the count lies: %s', (_what, count) => {
    const message = packOf([line(NOW), line(NOW)], { headers: { count } });
    const { parts, rejects } = decode(message);
    expect(parts.map(({ records }) => records.length)).toEqual([2]);
    expect(rejects).toMatchObject([{ index: -1, reason: 'count_mismatch', bytes: message.body }]);
  });

  it.each([[2], ['2'], [undefined], [null]])('believes a count of %j', (count) => {
    expect(decode(packOf([line(NOW), line(NOW)], { headers: { count } })).rejects).toEqual([]);
  });

  it.each(['', '\n', '\n\n'])('rejects a pack without records: %j', (text) => {
    expect(decode(packOf([text]))).toMatchObject({ parts: [], rejects: [{ index: -1, reason: 'empty' }] });
  });

  it('rejects the old records alone, each with its own bytes', () => {
    const old = line(NOW - 10 * DAY_US - 1, 'old');
    const { parts, rejects } = decode(packOf([line(NOW - 10 * DAY_US, 'kept'), old, '\n', old]));
    expect(parts.flatMap(({ records }) => records.map(({ body }) => body))).toEqual(['kept']);
    expect(rejects).toMatchObject([
      { index: 1, reason: 'too_old', bytes: Buffer.from(old.trimEnd()) },
      { index: 3, reason: 'too_old', bytes: Buffer.from(old.trimEnd()) },
    ]);
  });

  it('keeps the whole pack as the bytes of a record that shares its line', () => {
    const two = `${line(1, 'old').trimEnd()},${line(1, 'older')}`;
    const message = packOf([two, line(NOW)]);
    expect(decode(message).rejects.map(({ bytes }) => bytes)).toEqual([message.body, message.body]);
  });

  it('accounts for every record of a pack', () => {
    const bad = fc.constantFrom('x', '[]', '{"t":1}', '{"b":"y","a":{"z":[]}}');
    const time = fc.oneof(fc.integer({ min: NOW - 12 * DAY_US, max: NOW + 3 * DAY_US }), fc.maxSafeInteger());
    const good = fc
      .tuple(time, anyText, anyAttributes)
      .map(([at, body, attributes]) => line(at, body, attributes).trimEnd());
    fc.assert(
      fc.property(fc.array(fc.oneof(good, bad), { minLength: 1, maxLength: 10 }), (lines) => {
        const { parts, rejects } = decode(
          packOf(
            lines.map((text) => `${text}\n`),
            { headers: { count: lines.length } },
          ),
        );
        const stored = parts.flatMap(({ records }) => records);
        expect(stored.length + rejects.length).toBe(lines.length);
        for (const { index, bytes } of rejects)
          expect(bytes.toString()).toBe(Buffer.from(lines[index] ?? '').toString());
      }),
    );
  });
});
