import fc from 'fast-check';
import { type LogRecord, NO_ATTRIBUTES } from '../../log/log-record';
import { DAY_US, parseIsoTime } from '../../log/timestamp';
import { type Line, LineSplitter } from './lines/line-splitter';
import { type RecordDefaults, RecordReader } from './record-reader';
import { isRefused, type RefusedItem } from './refused-item';

const NOW = at('2026-11-23 12:00:00');
const DEFAULTS: RecordDefaults = { service: 'file.log', severity: null, attributes: NO_ATTRIBUTES };

function at(text: string): number {
  const time = parseIsoTime(text);
  if (time === null) throw new Error(`no time: ${text}`);
  return time.timestamp;
}

function line(text: string, more: Partial<Line> = {}): Line {
  return { text, isLatin1: false, droppedBytes: 0, ...more };
}

function reader(defaults: Partial<RecordDefaults> = {}): RecordReader {
  return new RecordReader({ ...DEFAULTS, ...defaults }, { days: 10 });
}

function record(given: LogRecord | RefusedItem): LogRecord {
  if (isRefused(given)) throw new Error(`refused: ${given.message}`);
  return { ...given, attributes: { ...given.attributes } };
}

const readOne = (text: string, defaults: Partial<RecordDefaults> = {}): LogRecord =>
  record(reader(defaults).readLine(line(text), NOW));

describe('RecordReader', () => {
  it.each<[string, string, Partial<LogRecord>]>([
    [
      'the line form',
      '2026-11-23 10:00:00.5 shop.cart WARN low on stock',
      { timestamp: at('2026-11-23 10:00:00.5'), service: 'shop.cart', severity: 'warn', body: 'low on stock' },
    ],
    [
      'the line form with a severity that we do not know',
      '2026-11-23T10:00:00Z shop AUDIT door opened',
      { severity: 'info', body: 'door opened', attributes: { severity_text: 'AUDIT' } },
    ],
    [
      'a JSON object, as pino writes it',
      '{"level":50,"time":1795428000000,"pid":7,"msg":"boom","err":{"type":"Error"}}',
      { severity: 'error', body: 'boom', service: 'file.log', attributes: { pid: 7, 'err.type': 'Error' } },
    ],
    ['text', 'GET / 200', { timestamp: NOW, service: 'file.log', severity: 'info', body: 'GET / 200' }],
    [
      'text that names a severity',
      '[Sun] [error] mod_jk failed',
      { severity: 'error', body: '[Sun] [error] mod_jk failed' },
    ],
    ['text that only looks like JSON', '{main} threw a fit', { body: '{main} threw a fit' }],
    ['an empty JSON object', '{}', { body: '{}' }],
    ['a JSON array', '[1,2]', { body: '[1,2]' }],
    ['NUL bytes', 'a\0b', { body: 'a\0b' }],
    ['white space', '   ', { body: '   ' }],
    ['an attribute named __proto__', '{"msg":"x","__proto__":"y"}', { attributes: JSON.parse('{"__proto__":"y"}') }],
    [
      'a time too far ahead',
      '2099-01-01 00:00:00 shop INFO from the future',
      { timestamp: NOW, body: 'from the future', attributes: { original_timestamp: '2099-01-01 00:00:00' } },
    ],
    [
      'a JSON time that is none',
      '{"time":"yesterday","msg":"x"}',
      { timestamp: NOW, attributes: { original_timestamp: 'yesterday' } },
    ],
    [
      'a day that is not in the calendar',
      '2026-02-30 10:00:00 shop INFO x',
      { body: '2026-02-30 10:00:00 shop INFO x' },
    ],
  ])('reads %s', (_caption, text, expected) => {
    expect(readOne(text)).toMatchObject(expected);
  });

  it.each(['1970-01-01 00:00:00 shop INFO x', '{"time":"1970-01-01","ts":"1970-01-01 00:00","msg":"x"}'])(
    'refuses what is older than the retention: %s',
    (text) => {
      expect(reader().readLine(line(text), NOW)).toEqual({
        reason: 'too_old',
        message: '1970-01-01T00:00:00.000000Z is before 2026-11-13T12:00:00.000000Z, the end of retention',
      });
    },
  );

  it('keeps what is exactly as old as the retention', () => {
    const time = new Date((NOW - 10 * DAY_US) / 1_000).toISOString();
    expect(readOne(`${time} shop INFO x`).timestamp).toBe(NOW - 10 * DAY_US);
  });

  it.each<[string, string, string]>([
    ['a default fills the gap', 'an error', 'debug'],
    ['a default does not outrank what is given', '{"level":"warn","msg":"x"}', 'warn'],
    ['a default does not stand in for a word that we do not know', '{"level":"loud","msg":"x"}', 'info'],
  ])('%s', (_caption, text, expected) => {
    expect(readOne(text, { severity: 'debug' }).severity).toBe(expected);
  });

  it('puts the attributes of the stream below those of the record', () => {
    const attributes = { 'host.name': 'web01', pid: 1 };
    expect(readOne('{"msg":"x","pid":7}', { attributes }).attributes).toEqual({ 'host.name': 'web01', pid: 7 });
  });

  it('counts severities that are no word we know', () => {
    const it = reader();
    for (const text of ['{"level":"loud","msg":"x"}', '2026-11-23 10:00:00 a AUDIT x', 'text', '{"msg":"x"}']) {
      it.readLine(line(text), NOW);
    }
    expect(it.unknownSeverities).toBe(2);
  });

  it('marks what was read as Latin-1', () => {
    expect(record(reader().readLine(line('café', { isLatin1: true }), NOW)).attributes).toEqual({ encoding: 'latin1' });
  });

  it('cuts a body of 1 MB and says how long it was', () => {
    const { body, attributes } = readOne(`2026-11-23 10:00:00 shop INFO ${'x'.repeat(1_000_000)}`);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(256 * 1024);
    expect(Buffer.byteLength(body)).toBeGreaterThan(255 * 1024);
    expect(attributes).toEqual({ truncated_from: 1_000_000 });
  });

  it('says the full length of a line of which only the beginning was held', () => {
    const splitter = new LineSplitter(300_000);
    splitter.push(Buffer.alloc(1_000_000, 'x'));
    const [cut] = splitter.end();
    if (cut === undefined) throw new Error('no line');
    expect(record(reader().readLine(cut, NOW)).attributes).toEqual({ truncated_from: 1_000_000 });
  });

  it('refuses JSON that is nested more deeply than it can be written again', () => {
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(reader().readJsonLine(line(deep), NOW)).toMatchObject({ reason: 'malformed' });
    expect(readOne(deep).body.startsWith('{"a":[[[')).toBe(true);
  });

  it.each<[unknown, string]>([
    [null, 'null where'],
    [7, 'a number where'],
    ['text', 'a string where'],
    [[], 'an array where'],
  ])('refuses %j where an object is expected', (value, message) => {
    expect(reader().readJsonValue(value, false, NOW)).toMatchObject({
      reason: 'malformed',
      message: expect.stringContaining(message),
    });
  });

  it('refuses an empty object that was meant as a record', () => {
    expect(reader().readJsonValue({}, false, NOW)).toMatchObject({ reason: 'empty' });
  });

  it('keeps the order of lines of one time, and of lines without one', () => {
    const given = fc.array(fc.constantFrom('2026-11-23 10:00:00 a INFO x', 'text'), { minLength: 2, maxLength: 50 });
    fc.assert(
      fc.property(given, (lines) => {
        const it = reader();
        const times = lines.map((text) => record(it.readLine(line(text), NOW)).timestamp);
        for (const form of new Set(lines)) {
          const own = times.filter((_, i) => lines[i] === form);
          expect(own).toEqual([...new Set(own)].sort((a, b) => a - b));
        }
      }),
    );
  });

  it('makes a record of every line there is, or says why not', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const item = reader().readLine(line(text), NOW);
        if (isRefused(item)) expect(item.reason).toBe('too_old');
        else expect(item.service).not.toBe('');
      }),
    );
  });
});
