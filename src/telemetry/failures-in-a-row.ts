/** After so many failures a reminder is due: an outage stays seen in the log, and does not fill it. */
const REMIND_AFTER = 60;

/**
 * How loudly to tell of each of many failures of one kind in a row: a warning for the first and for every sixtieth after
 * it, the others for debugging.
 */
export class FailuresInARow {
  private count = 0;

  /** The level for the failure that has just happened. */
  next(): 'warn' | 'debug' {
    return this.count++ % REMIND_AFTER === 0 ? 'warn' : 'debug';
  }

  /** It has succeeded: the next failure is a first one. */
  end(): void {
    this.count = 0;
  }
}
