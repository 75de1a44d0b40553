import type { QueuedMessage } from './message';

/** What takes messages from a queue. */
export interface QueueConsumer {
  /** Takes need no acknowledgement. */
  readonly noAck: boolean;
  readonly exclusive: boolean;
  /** Whether it can take one more now; when that becomes true, it calls the queue's `resume`. */
  readonly canTake: boolean;
  take(item: QueuedMessage): void;
  /** The queue is gone. */
  cancelled(): void;
}

/** A queue's consumers, one after the other. Those that cannot take a message stand aside until they say they can. */
export class RoundRobin {
  private turn: QueueConsumer[] = [];
  private readonly aside = new Set<QueueConsumer>();

  get count(): number {
    return this.turn.length + this.aside.size;
  }

  get hasExclusive(): boolean {
    return [...this.turn, ...this.aside].some(({ exclusive }) => exclusive);
  }

  add(consumer: QueueConsumer): void {
    this.turn.push(consumer);
  }

  /** @returns whether it was there. */
  remove(consumer: QueueConsumer): boolean {
    if (this.aside.delete(consumer)) return true;
    const at = this.turn.indexOf(consumer);
    if (at >= 0) this.turn.splice(at, 1);
    return at >= 0;
  }

  /** The consumer whose turn it is and who can take a message; call `rotate` when it has. */
  next(): QueueConsumer | undefined {
    for (;;) {
      const first = this.turn[0];
      if (!first || first.canTake) return first;
      this.turn.shift();
      this.aside.add(first);
    }
  }

  rotate(): void {
    const first = this.turn.shift();
    if (first) this.turn.push(first);
  }

  /** Takes part again, as the last. @returns whether it stood aside. */
  resume(consumer: QueueConsumer): boolean {
    if (!this.aside.delete(consumer)) return false;
    this.turn.push(consumer);
    return true;
  }

  /** Empties the list. @returns who was in it. */
  clear(): QueueConsumer[] {
    const all = [...this.turn, ...this.aside];
    this.turn = [];
    this.aside.clear();
    return all;
  }
}
