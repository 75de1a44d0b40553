import fc from 'fast-check';
import { anyText } from '../../test/support/arbitrary-logs';
import { parseJson } from './json';
import { draftFromJson, flatten } from './json-record';
import type { RecordDraft } from './record-draft';

const read = (value: object): RecordDraft | null => draftFromJson(value);
const at = (iso: string): number => Date.parse(iso) * 1_000;

describe('draftFromJson', () => {
  it.each([
    ['pino', { level: 40, time: 1795399938872, name: 'x', msg: 'slow' }, 'warn', 'slow', 1795399938872000],
    [
      'winston',
      { level: 'error', message: 'boom', timestamp: '2026-11-23T10:00:00.000Z' },
      'error',
      'boom',
      at('2026-11-23T10:00:00Z'),
    ],
    [
      'Elastic',
      { '@timestamp': '2026-11-23T10:00:00Z', 'log.level': 'WARN', message: 'm' },
      'warn',
      'm',
      at('2026-11-23T10:00:00Z'),
    ],
    ['Elastic, nested', { log: { level: 'debug' }, message: 'm', ts: 1795399938 }, 'debug', 'm', 1795399938000000],
    [
      'syslog-ng',
      { PRIORITY: 'crit', MESSAGE: 'm', ISODATE: '2026-11-23T10:00:00+00:00' },
      'fatal',
      'm',
      at('2026-11-23T10:00:00Z'),
    ],
    ['Monolog', { level: 250, message: 'm', time: '2026-11-23 10:00:00' }, 'info', 'm', at('2026-11-23T10:00:00Z')],
    [
      'body and severity',
      { body: 'b', severity: 'Information', ts: 1795399938872123456n.toString() },
      'info',
      'b',
      1795399938872123,
    ],
    [
      'log',
      { log: 'text of Docker', time: '2026-11-23T10:00:00.5Z' },
      null,
      'text of Docker',
      at('2026-11-23T10:00:00.5Z'),
    ],
  ])('reads %s', (_who, given, severity, body, timestamp) => {
    expect(read(given)).toMatchObject({ severity, body, time: { timestamp } });
  });

  it.each([
    [{ service: 'a', 'service.name': 'b', app: 'c' }, 'a', { 'service.name': 'b', app: 'c' }],
    [{ service: { name: 'b', version: 1 } }, 'b', { 'service.version': 1 }],
    [{ app: 'c' }, 'c', {}],
    [{ PROGRAM: 'sshd' }, 'sshd', {}],
    [{ service: 7 }, '7', {}],
    [{ service: '', x: 1 }, null, { x: 1 }],
    [{ service: '  ', x: 1 }, null, { x: 1 }],
    [{ service: null, app: 'c' }, 'c', {}],
  ])('takes the service of %j', (given, service, attributes) => {
    const draft = read(given);
    expect(draft?.service).toBe(service);
    expect({ ...draft?.attributes }).toEqual(attributes);
  });

  it('takes the first usable time of those it is offered', () => {
    const draft = read({ time: 0.005, '@timestamp': '2026-11-23T10:00:00Z', msg: 'm' });
    expect(draft).toMatchObject({ time: { timestamp: at('2026-11-23T10:00:00Z') }, timeText: '2026-11-23T10:00:00Z' });
    expect({ ...draft?.attributes }).toEqual({ time: 0.005 });
  });

  it.each([['yesterday'], [0], [true], ['2026-11-23T10:00:00,123Z']])(
    'keeps the text of an unusable time, %j',
    (time) => {
      expect(read({ time, msg: 'm' })).toMatchObject({ time: null, timeText: String(time), attributes: {} });
    },
  );

  it.each([
    ['AUDIT', 'AUDIT'],
    [999, '999'],
    [true, 'true'],
    ['', ''],
  ])('keeps the text of an unknown severity, %j', (level, severityText) => {
    expect(read({ level, msg: 'm' })).toMatchObject({ severity: null, severityText });
  });

  it('says nothing of a severity that is known, whatever it looked like', () => {
    expect(read({ level: 200, msg: 'm' })).toMatchObject({ severity: 'info', severityText: null });
  });

  it.each([{}, { a: null }, { a: {} }, { a: { b: { c: null } } }])('finds nothing in %j', (given) =>
    expect(read(given)).toBeNull(),
  );

  it.each([{ msg: '' }, { level: 'info' }, { a: 0 }, { a: [] }, { '': '' }])('finds something in %j', (given) =>
    expect(read(given)).not.toBeNull(),
  );

  it('keeps an attribute named __proto__', () => {
    const draft = read(parseJson('{"msg":"m","__proto__":"x","a":{"__proto__":1}}') as object);
    expect(Object.entries(draft?.attributes ?? {})).toEqual([
      ['__proto__', 'x'],
      ['a.__proto__', 1],
    ]);
    expect(Object.getPrototypeOf(draft?.attributes)).toBeNull();
  });

  it('throws RangeError on an array nested too deeply to be written again', () => {
    const deep = parseJson(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`) as object;
    expect(() => draftFromJson(deep)).toThrow(RangeError);
  });
});

describe('flatten', () => {
  it('joins nested names by dots, writes arrays as JSON, leaves null out', () => {
    const given = { a: { b: { c: 1 }, d: null }, e: [1, { f: null }], g: true, 'h.i': 'x', j: [] };
    expect({ ...flatten(given) }).toEqual({ 'a.b.c': 1, e: '[1,{"f":null}]', g: true, 'h.i': 'x', j: '[]' });
  });

  it('keeps what lies very deep as JSON text', () => {
    const deep = parseJson(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`) as object;
    const fields = Object.entries(flatten(deep));
    expect(fields).toHaveLength(1);
    expect(fields[0]?.[1]).toMatch(/^(\{"a":)+1\}+$/);
  });

  it('writes infinity as text, because JSON has no number for it', () => {
    expect({ ...flatten({ a: Infinity, b: -Infinity, c: NaN }) }).toEqual({ a: 'Infinity', b: '-Infinity', c: 'NaN' });
  });

  it('keeps every value of a flat object but null', () => {
    const leaf = fc.oneof(anyText, fc.integer(), fc.boolean());
    fc.assert(
      fc.property(fc.dictionary(anyText, fc.option(leaf), { noNullPrototype: false }), (given) => {
        const expected = Object.entries(given).filter(([, value]) => value !== null);
        expect(Object.entries(flatten(given))).toEqual(expected);
      }),
    );
  });
});
