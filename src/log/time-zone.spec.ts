import fc from 'fast-check';
import { TimeZone } from './time-zone';
import { formatTimestamp, parseIsoTime } from './timestamp';

function read(zone: string, text: string): string {
  const time = parseIsoTime(text);
  if (time === null) throw new Error(`no time: ${text}`);
  return formatTimestamp(new TimeZone(zone).resolve(time).timestamp);
}

describe('TimeZone', () => {
  it.each([
    ['Europe/Berlin', '2026-01-15 12:00:00', '2026-01-15T11:00:00.000000Z'],
    ['Europe/Berlin', '2026-07-15 12:00:00.5', '2026-07-15T10:00:00.500000Z'],
    ['America/New_York', '2026-07-15 22:00:00', '2026-07-16T02:00:00.000000Z'],
    ['Asia/Kathmandu', '2026-07-15 05:45:00', '2026-07-15T00:00:00.000000Z'],
    ['Pacific/Kiritimati', '2026-01-01 14:00:00', '2026-01-01T00:00:00.000000Z'],
    ['UTC', '2026-01-01 14:00:00', '2026-01-01T14:00:00.000000Z'],
    // what says its zone is taken at its word
    ['Europe/Berlin', '2026-01-15 12:00:00Z', '2026-01-15T12:00:00.000000Z'],
    ['Europe/Berlin', '2026-01-15 12:00:00+05:00', '2026-01-15T07:00:00.000000Z'],
    // 29 March 2026, 02:00 became 03:00: the hour between was never shown
    ['Europe/Berlin', '2026-03-29 01:59:59', '2026-03-29T00:59:59.000000Z'],
    ['Europe/Berlin', '2026-03-29 02:30:00', '2026-03-29T01:30:00.000000Z'],
    ['Europe/Berlin', '2026-03-29 03:00:00', '2026-03-29T01:00:00.000000Z'],
    // 25 October 2026, 03:00 became 02:00: the hour between was shown twice, and the first time is meant
    ['Europe/Berlin', '2026-10-25 01:59:59', '2026-10-24T23:59:59.000000Z'],
    ['Europe/Berlin', '2026-10-25 02:00:00', '2026-10-25T00:00:00.000000Z'],
    ['Europe/Berlin', '2026-10-25 02:59:59', '2026-10-25T00:59:59.000000Z'],
    ['Europe/Berlin', '2026-10-25 03:00:00', '2026-10-25T02:00:00.000000Z'],
    // by half an hour only
    ['Australia/Lord_Howe', '2026-10-04 02:15:00', '2026-10-03T15:45:00.000000Z'],
    ['Australia/Lord_Howe', '2026-04-05 01:45:00', '2026-04-04T14:45:00.000000Z'],
  ])('%s: %s is %s', (zone, text, expected) => {
    expect(read(zone, text)).toBe(expected);
  });

  it('agrees with the zone itself: the clocks show again what was read', () => {
    const zone = new TimeZone('America/Sao_Paulo');
    const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone.name, dateStyle: 'short', timeStyle: 'medium' });
    fc.assert(
      fc.property(fc.integer({ min: 1_600_000_000, max: 1_900_000_000 }), (seconds) => {
        const text = new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ');
        expect(shown.format(zone.toUtc(seconds * 1_000_000) / 1_000)).toBe(text);
      }),
    );
  });

  it('does not take a name that is none', () => {
    expect(() => new TimeZone('Europe/Atlantis')).toThrow(RangeError);
  });
});
