import fc from 'fast-check';
import { decodeMessage } from './decode-message';
import { NO_ATTRIBUTES } from './log-record';
import { PACK_CONTENT_TYPE, packLine } from './pack';
import { parseRetentionRules } from './retention-rules';
import { DAY_US, HOUR_US, hourOf } from './timestamp';
import { uuidBytes } from './uuid';
import type { WireMessage } from './wire-message';

/** When the message was made, in the middle of a UTC hour. */
const MADE = Date.parse('2026-11-23T10:30:00Z') * 1_000;
const retention = { days: 10 };

/** A UUIDv7 of a time in microseconds. */
function uuidOf(time: number): string {
  const hex = (time / 1_000).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7abc-8def-0123456789ab`;
}

const packOf = (times: readonly (number | null)[], messageId = uuidOf(MADE)): WireMessage => ({
  body: Buffer.from(
    times
      .map((t, i) =>
        t === null ? `{"b":"${i}"}\n` : packLine({ timestamp: t, body: String(i), attributes: NO_ATTRIBUTES }),
      )
      .join(''),
  ),
  routingKey: 'shop.info',
  contentType: PACK_CONTENT_TYPE,
  headers: { service: 'shop', severity: 'info', count: times.length },
  messageId,
});

/** The hour in the id of each part, and the places in the message of its records. */
function partsAt(now: number, message: WireMessage): [hour: number, places: number[]][] {
  const { parts } = decodeMessage(message, { now, retention });
  return parts.map(({ id, records }) => [id?.readInt32BE(16) ?? NaN, records.map(({ body }) => Number(body))]);
}

function timesAt(now: number, message: WireMessage): number[] {
  return decodeMessage(message, { now, retention }).parts.flatMap(({ records }) => records.map((r) => r.timestamp));
}

describe('part ids', () => {
  it('are the 16 bytes of the UUID and the hour as int32', () => {
    const [part] = decodeMessage(packOf([MADE]), { now: MADE, retention }).parts;
    const hour = Buffer.alloc(4);
    hour.writeInt32BE(hourOf(MADE));
    expect(part?.id).toEqual(Buffer.concat([uuidBytes(uuidOf(MADE)) ?? Buffer.alloc(0), hour]));
  });

  it('have hour 0 for the records that take the time of the message', () => {
    const hour = hourOf(MADE);
    expect(partsAt(MADE, packOf([null, MADE, MADE + DAY_US + 1, MADE - HOUR_US, null]))).toEqual([
      [0, [0, 2, 4]],
      [hour, [1]],
      [hour - 1, [3]],
    ]);
  });

  it('never mix such records with those of the first hour of 1970, whatever the policy', () => {
    const { parts, rejects } = decodeMessage(packOf([null, 5, HOUR_US]), { now: MADE, retention: { days: 36_500 } });
    expect(parts.map(({ records }) => records.map(({ timestamp }) => timestamp))).toEqual([[MADE], [HOUR_US]]);
    expect(rejects).toMatchObject([{ index: 1, reason: 'too_old' }]);
  });
});

describe('a second delivery', () => {
  const time = fc.oneof(
    fc.constant(null),
    fc.integer({ min: MADE - 3 * HOUR_US, max: MADE + 2 * HOUR_US }),
    fc.integer({ min: MADE + DAY_US - 100, max: MADE + DAY_US + 100 }),
    fc.integer({ min: MADE + DAY_US, max: MADE + 40 * DAY_US }),
  );
  const times = fc.array(time, { minLength: 1, maxLength: 12 });

  it('gives equal records in equal parts while the time of the message is believable', () => {
    const clock = fc.integer({ min: MADE - DAY_US, max: MADE + 10 * DAY_US });
    fc.assert(
      fc.property(times, clock, clock, (given, first, second) => {
        const message = packOf(given);
        expect(decodeMessage(message, { now: second, retention })).toEqual(
          decodeMessage(message, { now: first, retention }),
        );
      }),
    );
  });

  it('gives the same places in the same parts whatever the clock, unless they expired meanwhile', () => {
    const clock = fc.integer({ min: MADE - 30 * DAY_US, max: MADE + 30 * DAY_US });
    fc.assert(
      fc.property(times, clock, clock, (given, a, b) => {
        const message = packOf(given);
        const before = new Map(partsAt(Math.min(a, b), message));
        for (const [hour, places] of partsAt(Math.max(a, b), message)) {
          expect(before.get(hour) ?? []).toEqual(expect.arrayContaining(places));
        }
      }),
    );
  });

  it('never puts records of two hours into one part', () => {
    const clock = fc.integer({ min: MADE - 30 * DAY_US, max: MADE + 30 * DAY_US });
    fc.assert(
      fc.property(times, clock, (given, now) => {
        for (const { records } of decodeMessage(packOf(given), { now, retention }).parts) {
          expect(new Set(records.map(({ timestamp }) => hourOf(timestamp))).size).toBe(1);
        }
      }),
    );
  });
});

describe('a message whose clock is wrong', () => {
  it('gets the times of the reader where its own are more than a day ahead, and keeps them as text', () => {
    const now = MADE - 3 * DAY_US;
    const message = packOf([MADE, null, now]);
    const { parts } = decodeMessage(message, { now, retention });
    expect(timesAt(now, message)).toEqual([now, now, now]);
    expect(parts.map(({ records }) => records[0]?.attributes['original_timestamp'])).toEqual([
      '2026-11-23T10:30:00.000000Z',
      undefined,
      undefined,
    ]);
  });

  it('is stored at no time a day and an hour ahead of the reader, even in the year 10889', () => {
    const last = packOf([MADE, Number.MAX_SAFE_INTEGER, null], 'ffffffff-ffff-7abc-8def-0123456789ab');
    for (const stored of timesAt(MADE, last)) expect(stored).toBeLessThan(MADE + DAY_US + HOUR_US);
  });

  it('is still read when it was never set: what has no time gets that of the reader', () => {
    expect(timesAt(MADE, packOf([null, MADE], uuidOf(0)))).toEqual([MADE, MADE]);
  });
});

describe('rules of retention', () => {
  const rules = parseRetentionRules('service=shop:2,service=audit:365');
  const packFor = (service: string, times: readonly (number | null)[]): WireMessage => ({
    ...packOf(times),
    routingKey: `${service}.info`,
    headers: { service, severity: 'info', count: times.length },
  });

  it.each([
    ['shop', 2],
    ['web', 10],
    ['audit', 365],
  ])('%s: what is older than %i days is too old', (service, days) => {
    const cutoff = MADE - days * DAY_US;
    const message = packFor(service, [cutoff - 1, cutoff]);
    const { parts, rejects } = decodeMessage(message, { now: MADE, retention: { days: 10, rules } });
    expect(rejects).toMatchObject([{ index: 0, reason: 'too_old' }]);
    expect(parts.flatMap(({ records }) => records.map(({ timestamp }) => timestamp))).toEqual([cutoff]);
  });

  it("believe a message's own time as far back as anything is kept", () => {
    const now = MADE + 100 * DAY_US;
    const timesOf = (all?: typeof rules) =>
      decodeMessage(packFor('shop', [null]), { now, retention: { days: 10, rules: all } }).parts[0]?.records[0]
        ?.timestamp;
    expect([timesOf(rules), timesOf()]).toEqual([MADE, now]);
  });
});
