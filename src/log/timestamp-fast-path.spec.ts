import fc from 'fast-check';
import { parseLineForm } from './line-form';
import { parseIsoTime } from './timestamp';

/** A minute that no other test reads, so that the next time is read without the memory of the last one. */
const FORGET = '1999-12-31 23:59';

const clockTime = fc.record({
  day: fc.integer({ min: 1, max: 28 }),
  minute: fc.integer({ min: 0, max: 2 }),
  second: fc.integer({ min: 0, max: 61 }),
  fraction: fc.stringMatching(/^(|\.\d{0,9})$/),
  zone: fc.constantFrom('', 'Z', 'z', '+02:00', '-0330', ' Z', 'ZZ', 'x'),
  separator: fc.constantFrom(' ', 'T'),
});
const two = (n: number): string => String(n).padStart(2, '0');

describe('parseIsoTime', () => {
  it('reads a time the same whether or not the one before was of the same minute', () => {
    const timeText = clockTime.map(
      (t) => `2026-11-${two(t.day)}${t.separator}10:0${t.minute}:${two(t.second)}${t.fraction}${t.zone}`,
    );
    fc.assert(
      fc.property(fc.array(timeText, { minLength: 2, maxLength: 8 }), (texts) => {
        const inARow = texts.map((text) => parseIsoTime(text));
        const eachAlone = texts.map((text) => {
          parseIsoTime(FORGET);
          return parseIsoTime(text);
        });
        expect(inARow).toEqual(eachAlone);
      }),
    );
  });

  it.each([
    ['2026-11-23 10:00:00', '2026-11-23T10:00:00Z', 1_000_000, true],
    ['2026-11-23 10:00:59.5', '2026-11-23T10:00:59.5Z', 100_000, true],
    ['2026-11-23 10:00:07.042Z', '2026-11-23T10:00:07.042Z', 1_000, undefined],
    ['2026-11-23T10:00:07.04', '2026-11-23T10:00:07.04Z', 10_000, true],
    ['2026-11-23 10:00:07+02:00', '2026-11-23T08:00:07Z', 1_000_000, undefined],
  ])('agrees with Date on %s after a time of the same minute', (text, iso, precision, isLocal) => {
    parseIsoTime(text.slice(0, 16));
    expect(parseIsoTime(text)).toEqual({ timestamp: Date.parse(iso) * 1_000, precision, isLocal });
  });

  it('keeps microseconds', () => {
    parseIsoTime('2026-11-23 10:00');
    const start = Date.parse('2026-11-23T10:00:00Z') * 1_000;
    expect(parseIsoTime('2026-11-23 10:00:00.000042')).toEqual({ timestamp: start + 42, precision: 1, isLocal: true });
  });

  it.each([
    '2026-11-23 10:00:',
    '2026-11-23 10:00:5',
    '2026-11-23 10:00:00.',
    '2026-11-23 10:00:00.x',
    '2026-11-23 10:00:61',
  ])('refuses %j also after a time of the same minute', (text) => {
    parseIsoTime('2026-11-23 10:00:00');
    expect(parseIsoTime(text)).toBeNull();
  });
});

describe('parseLineForm', () => {
  it('keeps the time as it stood in the line, for records whose time cannot be used', () => {
    expect(parseLineForm('2099-01-01 00:00:00.5 shop WARN late')?.timeText).toBe('2099-01-01 00:00:00.5');
  });
});
