import type { DeathReason } from './dead-letter';
import { HeadTimer } from './head-timer';
import type { QueuedMessage } from './message';

/** How long they wait for the next try. */
const RETRY_MS = 1_000;

/** Dead letters that no queue would take, of a queue that must not lose them (`x-dead-letter-strategy: at-least-once`). */
export class HeldLetters {
  private held: { item: QueuedMessage; reason: DeathReason }[] = [];
  private readonly timer: HeadTimer;

  /**
   * @param now milliseconds since 1970.
   * @param send tries again; calls `add` if it fails.
   */
  constructor(
    private readonly now: () => number,
    private readonly send: (item: QueuedMessage, reason: DeathReason) => void,
  ) {
    this.timer = new HeadTimer(now, () => this.sendAll());
  }

  get items(): QueuedMessage[] {
    return this.held.map(({ item }) => item);
  }

  add(item: QueuedMessage, reason: DeathReason): void {
    this.held.push({ item, reason });
    this.timer.arm(this.now() + RETRY_MS);
  }

  /** Tries no more; what is held stays. */
  stop(): void {
    this.timer.cancel();
  }

  private sendAll(): void {
    const letters = this.held;
    this.held = [];
    for (const { item, reason } of letters) this.send(item, reason);
  }
}
