import { InvalidParameters } from '../../http/invalid-parameters';
import type { TimeRange } from '../../log/log-query';
import { DAY_US, HOUR_US, MILLISECOND_US, MINUTE_US, parseIsoTime, SECOND_US } from '../../log/timestamp';

const UNIT_US: Readonly<Record<string, number>> = { s: SECOND_US, m: MINUTE_US, h: HOUR_US, d: DAY_US };
const RELATIVE = /^(\d{1,10})([smhd])$/;
/** As far back as `RETENTION_DAYS` can be. */
const MAX_AGO_US = 36_500 * DAY_US;
const DATE_ALONE = /^\d{4}-\d\d-\d\d$/;
/** In a URL a `+` that is not escaped arrives as a space. */
const SPACE_FOR_PLUS = /(:\d\d(?:\.\d+)?) (\d\d(?::?\d\d)?)$/;
/**
 * The years of four digits, which a zone or rounding could lead out of: answers could not give that as a date-time. From
 * the year 1, as the day before `to` begins earlier still, and a bucket of the histogram up to a year.
 */
const FIRST_TIME = Date.parse('0001-01-01T00:00:00Z') * MILLISECOND_US;
const LAST_TIME = Date.parse('9999-12-31T23:59:59Z') * MILLISECOND_US;
/** Where a range that gives no beginning begins, before its end or now. */
const DEFAULT_RANGE_US = DAY_US;

const TIME_ALLOWED =
  'an ISO 8601 time such as 2026-11-23T10:00:00Z (no zone: UTC), or how long ago, such as 15m, 2h or 7d (at most 36500d)';

/** Reads `from` or `to`, microseconds; null when it is no such time. */
export function parseTimeParameter(given: string, now: number): number | null {
  const text = given.trim();
  const [, amount, unit = ''] = RELATIVE.exec(text) ?? [];
  if (amount !== undefined) {
    const ago = Number(amount) * (UNIT_US[unit] ?? NaN);
    return ago <= MAX_AGO_US ? now - ago : null;
  }
  const iso = DATE_ALONE.test(text) ? `${text}T00:00` : text.replace(SPACE_FOR_PLUS, '$1+$2');
  const time = parseIsoTime(iso)?.timestamp ?? null;
  return time === null ? null : Math.min(Math.max(time, FIRST_TIME), LAST_TIME);
}

/** The range that `from` and `to` name. Throws {@link InvalidParameters}. */
export function readRange(given: GivenRange, now: number): TimeRange {
  const to = readTime('to', given.to, now);
  const from = readTime('from', given.from, now) ?? (to ?? now) - DEFAULT_RANGE_US;
  if (to !== null && from >= to) {
    const allowed = `a time before "to", which is ${JSON.stringify(given.to)}`;
    throw new InvalidParameters([{ parameter: 'from', given: given.from, allowed }]);
  }
  return { from, to };
}

export interface GivenRange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

function readTime(parameter: string, given: string | undefined, now: number): number | null {
  if (given === undefined) return null;
  const time = parseTimeParameter(given, now);
  if (time === null) throw new InvalidParameters([{ parameter, given, allowed: TIME_ALLOWED }]);
  return time;
}
