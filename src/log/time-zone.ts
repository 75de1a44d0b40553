import type { ParsedTime } from './timestamp';
import { DAY_US, MILLISECOND_US, MINUTE_US } from './timestamp';

/** Clocks change on quarters of an hour, so that one offset holds for all of a quarter. */
const QUARTER_US = 15 * MINUTE_US;
const REMEMBERED = 10_000;

/**
 * A zone of the IANA database, for times that name none. A time that the zone's clocks showed twice (they were set back)
 * is the earlier of the two; one that they never showed (they were set forward) is as late after the change as it says:
 * 02:30 that was skipped is 03:30. So are they read by iCalendar (RFC 5545) and by JavaScript's Temporal.
 */
export class TimeZone {
  private readonly format: Intl.DateTimeFormat;
  /** By quarter of an hour as the clocks show it: what they are ahead of UTC, microseconds. */
  private readonly offsets = new Map<number, number>();

  /** Throws RangeError for a name that the database does not have. */
  constructor(readonly name: string) {
    this.format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  }

  /** The time as meant: one that named no zone was read as UTC and is now read in this zone. */
  resolve(time: ParsedTime): ParsedTime {
    if (time.isLocal !== true) return time;
    return { timestamp: this.toUtc(time.timestamp), precision: time.precision, isLocal: undefined };
  }

  /** @param shown what the zone's clocks show, as if it were UTC; microseconds. */
  toUtc(shown: number): number {
    const quarter = Math.floor(shown / QUARTER_US);
    let offset = this.offsets.get(quarter);
    if (offset === undefined) {
      offset = this.offsetOf(quarter * QUARTER_US);
      if (this.offsets.size >= REMEMBERED) this.offsets.clear();
      this.offsets.set(quarter, offset);
    }
    return shown - offset;
  }

  /** Both offsets around a change are tried: the one before it first, which makes the earlier time of two. */
  private offsetOf(shown: number): number {
    const before = this.offsetAt(shown - DAY_US);
    if (this.offsetAt(shown - before) === before) return before;
    const after = this.offsetAt(shown + DAY_US);
    return this.offsetAt(shown - after) === after ? after : before;
  }

  private offsetAt(utc: number): number {
    const parts = this.format.formatToParts(utc / MILLISECOND_US);
    const text = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] =
      /^GMT([+-])(\d+):?(\d+)?:?(\d+)?$/.exec(text) ?? [];
    const micros = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000_000;
    return sign === '-' ? -micros : micros;
  }
}

/** The zone of a name; null for UTC, which times without a zone are read in anyway. Throws as {@link TimeZone}. */
export function zoneFor(name: string): TimeZone | null {
  return name === 'UTC' ? null : new TimeZone(name);
}
