/** Microseconds in the units that the rest of the code counts in. */
export const MILLISECOND_US = 1_000;
export const SECOND_US = 1_000_000;
export const MINUTE_US = 60 * SECOND_US;
export const HOUR_US = 60 * MINUTE_US;
export const DAY_US = 24 * HOUR_US;

/** A time further ahead than this is not believed. */
export const MAX_AHEAD_US = DAY_US;

/** Now, in microseconds since the Unix epoch. Passed in everywhere, so that tests can set it. */
export type Clock = () => number;

/** The UTC hour that holds a time, as whole hours since the Unix epoch. */
export function hourOf(timestamp: number): number {
  return Math.floor(timestamp / HOUR_US);
}

/** ISO 8601 in UTC with microseconds, as every HTTP answer gives times: `2026-11-23T10:00:00.123456Z`. */
export function formatTimestamp(timestamp: number): string {
  const micros = ((timestamp % MILLISECOND_US) + MILLISECOND_US) % MILLISECOND_US;
  return `${new Date((timestamp - micros) / MILLISECOND_US).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}

/** A time as read from text: when, and how fine the text was. */
export interface ParsedTime {
  /** Microseconds since the Unix epoch. */
  readonly timestamp: number;
  /** The step of the last digit given, in microseconds: 1,000,000 for whole seconds, 1,000 for milliseconds; at least 1. */
  readonly precision: number;
  /** True where the text named no zone, so that it was read as UTC; see {@link TimeZone}. */
  readonly isLocal?: true | undefined;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?: ?(Z|z|[+-]\d\d(?::?\d\d)?))?$/;

/**
 * Reads `YYYY-MM-DD HH:MM[:SS[.fraction]]`, `T` or a space between, with an optional zone (`Z`, `+01:00`, `+0100`,
 * `+01`; none means UTC). Digits beyond microseconds are cut. Null when the text is no such time, or no day of the calendar.
 */
export function parseIsoTime(text: string): ParsedTime | null {
  return text.startsWith(lastMinute.text) ? (withinLastMinute(text) ?? parseAnyIsoTime(text)) : parseAnyIsoTime(text);
}

function parseAnyIsoTime(text: string): ParsedTime | null {
  const found = ISO.exec(text);
  if (found === null) return null;
  const [, year, month, day, hour, minute, second, fraction = '', zone] = found;
  const offset = zoneSeconds(zone);
  const inRange = Number(hour) < 24 && Number(minute) < 60 && Number(second ?? 0) <= 60;
  const midnight = dayStart(Number(year), Number(month), Number(day));
  if (!inRange || midnight === null || offset === null) return null;
  const minuteStart = midnight + (Number(hour) * 3600 + Number(minute) * 60) * SECOND_US;
  lastMinute = { text: text.slice(0, MINUTE_LENGTH), start: minuteStart };
  const digits = Math.min(fraction.length, 6);
  const micros = digits === 0 ? 0 : Number(fraction.slice(0, 6).padEnd(6, '0'));
  const timestamp = minuteStart + (Number(second ?? 0) - offset) * SECOND_US + micros;
  return {
    timestamp,
    precision: second === undefined ? MINUTE_US : (MICROS_OF_DIGITS[digits] ?? 1),
    isLocal: zone === undefined ? true : undefined,
  };
}

/** `YYYY-MM-DD HH:MM` */
const MINUTE_LENGTH = 16;
/** The lines of a stream share their minutes, so the last one read by the expression is remembered. None at first. */
let lastMinute = { text: '0000-00-00 00:00 -', start: 0 };
const MICROS_OF_DIGITS = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

/** The rest of a time that begins as the last one did, `:SS[.fraction]`, in UTC; null where it goes on otherwise. */
function withinLastMinute(text: string): ParsedTime | null {
  const end = text.charCodeAt(text.length - 1) === 0x5a ? text.length - 1 : text.length; // Z
  const tens = text.charCodeAt(17) - 0x30;
  const ones = text.charCodeAt(18) - 0x30;
  if (end < 19 || end > 26 || end === 20 || text.charCodeAt(MINUTE_LENGTH) !== 0x3a) return null;
  if (!(tens >= 0 && tens < 6 && ones >= 0 && ones < 10)) return null;
  if (end > 19 && text.charCodeAt(19) !== 0x2e) return null;
  let fraction = 0;
  for (let i = 20; i < end; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit < 10)) return null;
    fraction = fraction * 10 + digit;
  }
  const precision = MICROS_OF_DIGITS[end === 19 ? 0 : end - 20] ?? 1;
  const timestamp = lastMinute.start + (tens * 10 + ones) * SECOND_US + fraction * precision;
  return { timestamp, precision, isLocal: end === text.length ? true : undefined };
}

const DAY_STARTS = new Map<number, number>();
const DAYS_REMEMBERED = 1_000;

/** Midnight UTC in microseconds; remembered, because the lines of a stream share their days. */
function dayStart(year: number, month: number, day: number): number | null {
  const key = year * 10_000 + month * 100 + day;
  const known = DAY_STARTS.get(key);
  if (known !== undefined) return known;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  if (DAY_STARTS.size >= DAYS_REMEMBERED) DAY_STARTS.clear();
  DAY_STARTS.set(key, date.getTime() * MILLISECOND_US);
  return date.getTime() * MILLISECOND_US;
}

/** Seconds to the east of UTC; null for what no zone can be. */
function zoneSeconds(zone: string | undefined): number | null {
  if (zone === undefined || zone === 'Z' || zone === 'z') return 0;
  const digits = zone.replace(':', '');
  const hours = Number(digits.slice(1, 3));
  const minutes = Number(digits.slice(3, 5) || '0');
  if (hours > 23 || minutes > 59) return null;
  const seconds = hours * 3600 + minutes * 60;
  return zone.startsWith('-') ? -seconds : seconds;
}

/** A smaller number is a duration or a counter rather than a time: as seconds it would lie before March 1973. */
const SMALLEST_TIME = 1e8;
/** Nanoseconds of the year 5138. */
const LARGEST_TIME = 1e20;

/**
 * Reads a number as a time: seconds, milliseconds, microseconds or nanoseconds since the Unix epoch, told apart by
 * magnitude (seconds up to the year 5138, each finer unit from March 1973 on). Null when it is none of them.
 */
export function parseNumericTime(given: number): ParsedTime | null {
  if (!(given >= SMALLEST_TIME && given < LARGEST_TIME)) return null; // NaN too
  const isWhole = Number.isInteger(given);
  if (given < 1e11) return moment(Math.round(given * SECOND_US), isWhole ? SECOND_US : 1);
  if (given < 1e14) return moment(Math.round(given * MILLISECOND_US), isWhole ? MILLISECOND_US : 1);
  if (given < 1e17) return moment(Math.floor(given), 1);
  return moment(Math.floor(given / MILLISECOND_US), 1);
}

/** A time that needs no zone. */
function moment(timestamp: number, precision: number): ParsedTime {
  return { timestamp, precision, isLocal: undefined };
}

/** Whole nanoseconds, more digits than a double holds. */
const NANOSECONDS = /^[1-9]\d{17,19}$/;

/** Reads a time from a JSON value: ISO 8601 text, or a number (also as text) in any unit. Null when unusable. */
export function parseTime(given: unknown): ParsedTime | null {
  if (typeof given === 'number') return parseNumericTime(given);
  if (typeof given !== 'string') return null;
  const text = given.trim();
  if (NANOSECONDS.test(text)) return moment(Number(text.slice(0, -3)), 1);
  if (/^\d{9,20}(\.\d+)?$/.test(text)) return parseNumericTime(Number(text));
  return parseIsoTime(text);
}
