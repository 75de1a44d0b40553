import type { QueuedMessage } from '../broker/message';
import type { Queue } from '../broker/queue';
import { AmqpError } from '../reply-codes';
import type { Consumer } from './consumer';

/** A delivery that awaits its answer. */
export interface Delivery {
  readonly item: QueuedMessage;
  readonly queue: Queue;
  /** None: the client asked for this one message. */
  readonly consumer?: Consumer;
}

/** The deliveries of a channel by their tags, 1, 2, 3... */
export class Deliveries {
  private lastTag = 0;
  /** In the order of tags. */
  private readonly open = new Map<number, Delivery>();

  /** @returns its tag. */
  add(delivery: Delivery): number {
    const tag = this.skip();
    this.open.set(tag, delivery);
    return tag;
  }

  /** The tag of a delivery that needs no answer. */
  skip(): number {
    this.lastTag += 1;
    return this.lastTag;
  }

  /**
   * Takes out those that an answer is about.
   *
   * @param multiple all up to this one; tag 0: all.
   * @throws AmqpError PRECONDITION_FAILED for a tag that is not open.
   */
  settle(tag: number, multiple: boolean): Delivery[] {
    if (multiple && tag === 0) return this.takeAll();
    const delivery = this.open.get(tag);
    if (!delivery) throw new AmqpError('PRECONDITION_FAILED', `unknown delivery tag ${tag}`);
    if (!multiple) {
      this.open.delete(tag);
      return [delivery];
    }
    const settled: Delivery[] = [];
    for (const [candidate, earlier] of this.open) {
      if (candidate > tag) break;
      this.open.delete(candidate);
      settled.push(earlier);
    }
    return settled;
  }

  takeAll(): Delivery[] {
    const all = [...this.open.values()];
    this.open.clear();
    return all;
  }
}
