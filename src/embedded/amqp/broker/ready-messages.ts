import type { QueuedMessage } from './message';

/** Below this many, the emptied front of a list is not worth giving back. */
const COMPACT_AT = 1_024;

/** A list that gives up its first element in constant time: the front stays empty until half of the list is. */
class Fifo {
  private items: (QueuedMessage | undefined)[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  first(): QueuedMessage | undefined {
    return this.items[this.head];
  }

  push(item: QueuedMessage): void {
    this.items.push(item);
  }

  /** Puts `item` before the first that has a higher position: at the end, mostly, as those that come back are in order. */
  insert(item: QueuedMessage): void {
    let low = this.head;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.items[middle]?.position ?? -1) < item.position) low = middle + 1;
      else high = middle;
    }
    this.items.splice(low, 0, item);
  }

  shift(): QueuedMessage | undefined {
    const item = this.items[this.head];
    if (item === undefined) return undefined;
    this.items[this.head] = undefined;
    this.head += 1;
    if (this.head >= COMPACT_AT && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }

  *[Symbol.iterator](): Generator<QueuedMessage> {
    for (let i = this.head; i < this.items.length; i++) {
      const item = this.items[i];
      if (item) yield item;
    }
  }
}

/**
 * The messages of a queue that wait for a consumer, in the order in which they are delivered. What comes back was at
 * the front once, so it is always before what was never delivered: two lists, and the first is usually empty.
 */
export class ReadyMessages {
  private readonly returned = new Fifo();
  private readonly fresh = new Fifo();
  private bytes = 0;

  /** @param keepPlace whether what is put back goes to its old place, or behind what was put back before it. */
  constructor(private readonly keepPlace: boolean) {}

  get length(): number {
    return this.returned.length + this.fresh.length;
  }

  /** Of the bodies. */
  get bodyBytes(): number {
    return this.bytes;
  }

  first(): QueuedMessage | undefined {
    return this.returned.first() ?? this.fresh.first();
  }

  push(item: QueuedMessage): void {
    this.fresh.push(item);
    this.bytes += item.message.body.length;
  }

  putBack(item: QueuedMessage): void {
    if (this.keepPlace) this.returned.insert(item);
    else this.returned.push(item);
    this.bytes += item.message.body.length;
  }

  shift(): QueuedMessage | undefined {
    const item = this.returned.shift() ?? this.fresh.shift();
    if (item) this.bytes -= item.message.body.length;
    return item;
  }

  *[Symbol.iterator](): Generator<QueuedMessage> {
    yield* this.returned;
    yield* this.fresh;
  }
}
