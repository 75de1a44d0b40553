import type { ParsedTime } from './timestamp';

/**
 * Gives the records of one stream (a file, a request) times that keep their order. Records that were given the same time
 * rise by a microsecond each, below the precision of what was given; a time earlier than the one before stays as it is.
 * Records without a time get the time of reading, each later than the last.
 */
export class StreamClock {
  private lastGiven = NaN;
  private repeats = 0;
  private lastReading = -Infinity;

  /** The time for a record that was given one. */
  given(time: ParsedTime): number {
    if (time.timestamp !== this.lastGiven) {
      this.lastGiven = time.timestamp;
      this.repeats = 0;
      return time.timestamp;
    }
    this.repeats = Math.min(this.repeats + 1, time.precision - 1);
    return time.timestamp + this.repeats;
  }

  /** The time for a record that was given none, read at `now`. */
  reading(now: number): number {
    this.lastReading = Math.max(now, this.lastReading + 1);
    return this.lastReading;
  }
}
