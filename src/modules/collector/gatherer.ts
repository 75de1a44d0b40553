import type { HeldMessage } from './held-message';
import { StoreOutage } from './outage';

/** Writes a gather; resolves once everything in it is durable. Rejects when the store stays away. */
export type WriteGather = (gather: readonly HeldMessage[]) => Promise<void>;

export interface GatherLimits {
  /** Messages that the broker delivers before it waits for an acknowledgement. */
  readonly prefetch: number;
  /** How long single lines wait for company, ms. */
  readonly lingerMs: number;
}

/** What is in hand is not waited for any longer: the process stops. */
export class GivenUp extends Error {}

/** Writing two at once keeps the store busy while the next gather is being encoded; more only makes them smaller. */
const CONCURRENT_WRITES = 2;

/**
 * Gathers delivered messages into writes. A gather with a pack leaves at once when no write runs, and otherwise with all
 * that came meanwhile, so the size of a write follows the load. Single lines alone wait up to the linger time, because a
 * chunk of one record is dear. Nothing waits once all that the broker will deliver is in hand: the broker sends no more
 * before it gets acknowledgements.
 */
export class Gatherer {
  private waiting: HeldMessage[] = [];
  private readonly held = new Set<HeldMessage>();
  private writes = 0;
  private timer: NodeJS.Timeout | null = null;
  private immediate: NodeJS.Immediate | null = null;
  private isOverdue = false;
  private emptyWaiters: (() => void)[] = [];
  private newest: number | null = null;
  private oldestGivenBack: number | null = null;

  constructor(
    private readonly write: WriteGather,
    private readonly limits: GatherLimits,
  ) {}

  /** Takes a message over; resolves once it is durable and may be acknowledged. */
  add(message: HeldMessage): Promise<void> {
    this.held.add(message);
    this.waiting.push(message);
    if (message.madeAt !== null) this.newest = Math.max(this.newest ?? message.madeAt, message.madeAt);
    this.consider();
    return message.done;
  }

  /** Messages in hand. */
  get inHand(): number {
    return this.held.size;
  }

  /**
   * The earliest time at which a message in hand was made, microseconds; null when none in hand says. What was given back
   * to the broker counts until {@link queueSeenEmpty}: it is older than what was delivered last, and not stored.
   */
  get oldestInHand(): number | null {
    let oldest = this.oldestGivenBack;
    for (const { madeAt } of this.held) if (madeAt !== null && (oldest === null || madeAt < oldest)) oldest = madeAt;
    return oldest;
  }

  /** The latest time at which a message delivered so far was made, microseconds. */
  get newestDelivered(): number | null {
    return this.newest;
  }

  /** The broker has delivered all it had, so what was given back is in somebody's hand, or stored. */
  queueSeenEmpty(): void {
    this.oldestGivenBack = null;
  }

  /** Rejects what is in hand with {@link GivenUp}; a write that is under way may still end well, which does no harm. */
  giveUp(): void {
    for (const message of this.held) message.settle(new GivenUp('the process stops before the store is back'));
  }

  /** Stops waiting for company; resolves once nothing is in hand. */
  drained(): Promise<void> {
    this.lingerIsOver();
    return this.held.size === 0 ? Promise.resolve() : new Promise((resolve) => this.emptyWaiters.push(resolve));
  }

  private consider(): void {
    if (this.waiting.length === 0 || this.writes >= CONCURRENT_WRITES) return; // the end of a write brings us back
    const isAllInHand = this.held.size >= this.limits.prefetch;
    const isPackWaiting = this.writes === 0 && this.waiting.some(({ isPack }) => isPack);
    if (isAllInHand || isPackWaiting || this.isOverdue) {
      this.immediate ??= setImmediate(() => this.leave()); // the rest of what one read of the socket brought comes along
    } else {
      this.timer ??= setTimeout(() => this.lingerIsOver(), this.limits.lingerMs);
    }
  }

  private lingerIsOver(): void {
    this.isOverdue = true;
    this.consider();
  }

  private leave(): void {
    this.immediate = null;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.isOverdue = false;
    const gather = this.waiting;
    this.waiting = [];
    this.writes++;
    this.write(gather)
      .then(
        () => gather.forEach((message) => message.settle()),
        (error: unknown) => this.giveBack(gather, error),
      )
      .finally(() => this.left(gather));
  }

  /** With an outage what waits goes, too: a write of its own would take as long again, and the broker's patience ends. */
  private giveBack(gather: readonly HeldMessage[], error: unknown): void {
    this.oldestGivenBack = this.oldestInHand;
    const waiting = error instanceof StoreOutage ? this.waiting.splice(0) : [];
    for (const message of [...gather, ...waiting]) message.settle(error);
    for (const message of waiting) this.held.delete(message);
  }

  private left(gather: readonly HeldMessage[]): void {
    this.writes--;
    for (const message of gather) this.held.delete(message);
    this.consider();
    if (this.held.size === 0) for (const resume of this.emptyWaiters.splice(0)) resume();
  }
}
