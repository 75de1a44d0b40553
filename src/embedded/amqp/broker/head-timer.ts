/** setTimeout takes no more than this; a later moment is reached in several steps. */
const LONGEST_MS = 2 ** 31 - 1;

/** One timer for the earliest of several moments. It does not keep the process alive. */
export class HeadTimer {
  private timer?: NodeJS.Timeout;
  private due = Infinity;

  /** @param now milliseconds since 1970. */
  constructor(
    private readonly now: () => number,
    private readonly onDue: () => void,
  ) {}

  /** Fires at `moment` (milliseconds since 1970), unless it is set to fire sooner; Infinity: nothing to do. */
  arm(moment: number): void {
    if (moment >= this.due) return;
    this.cancel();
    this.due = moment;
    this.timer = setTimeout(() => this.fire(), Math.min(Math.max(moment - this.now(), 0), LONGEST_MS));
    this.timer.unref();
  }

  cancel(): void {
    clearTimeout(this.timer);
    this.due = Infinity;
  }

  private fire(): void {
    const due = this.due;
    this.due = Infinity;
    if (this.now() < due) this.arm(due);
    else this.onDue();
  }
}
