import type { ParsedTime } from './timestamp';

/** What a {@link StreamClock} remembers. Plain, so that it can be kept and a stream be read on where it was left. */
export interface StreamClockState {
  /** The last time that was given, microseconds; null before the first. */
  readonly given: number | null;
  /** How many records in a row before the last were given that same time. */
  readonly repeats: number;
  /** The last time of reading that was handed out, microseconds; null before the first. */
  readonly reading: number | null;
}

export const NEW_STREAM: StreamClockState = Object.freeze({ given: null, repeats: 0, reading: null });

/**
 * Gives the records of one stream (a file, a request) times that keep their order. Records that were given the same time
 * rise by a microsecond each, below the precision of what was given; a time earlier than the one before stays as it is.
 * Records without a time get the time of reading, each later than the last.
 */
export class StreamClock {
  private lastGiven: number;
  private repeats: number;
  private lastReading: number;

  constructor({ given, repeats, reading }: StreamClockState = NEW_STREAM) {
    this.lastGiven = given ?? NaN;
    this.repeats = repeats;
    this.lastReading = reading ?? -Infinity;
  }

  /** What a clock that goes on after this one begins with. */
  get state(): StreamClockState {
    return {
      given: Number.isNaN(this.lastGiven) ? null : this.lastGiven,
      repeats: this.repeats,
      reading: this.lastReading === -Infinity ? null : this.lastReading,
    };
  }

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
