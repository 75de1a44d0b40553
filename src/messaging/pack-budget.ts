/** So many packs may leave at once after a pause, */
const BURST = 20;
/** and so many a second: each costs broker, collector and store as much as tens of records do. */
const A_SECOND = 500;
/** Who must wait, waits for this many, because packs that leave together cost less. */
const WORTH_WAKING_FOR = 5;

/**
 * Says when packs may leave that are not full, so that all packs together are not too many: under load they become
 * larger, and wait a little longer. Full ones do not ask, but count.
 */
export class PackBudget {
  private left = BURST;

  constructor(private countedAt: number) {}

  /** How long a pack that is not full has to wait, ms; 0 when it may leave. */
  waitMs(nowMs: number): number {
    this.left = Math.min(BURST, this.left + (Math.max(0, nowMs - this.countedAt) * A_SECOND) / 1_000);
    this.countedAt = nowMs;
    return this.left >= 1 ? 0 : Math.ceil(((WORTH_WAKING_FOR - this.left) * 1_000) / A_SECOND);
  }

  /** A pack leaves. */
  take(): void {
    this.left = Math.max(0, this.left - 1);
  }
}
