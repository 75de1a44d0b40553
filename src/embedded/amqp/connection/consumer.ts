import type { QueuedMessage } from '../broker/message';
import type { Queue } from '../broker/queue';
import type { QueueConsumer } from '../broker/round-robin';

/** How many unacknowledged deliveries are allowed and how many there are. A limit of 0 is none. */
export class Window {
  open = 0;

  constructor(public limit: number) {}

  get hasRoom(): boolean {
    return this.limit === 0 || this.open < this.limit;
  }
}

export interface ConsumerSettings {
  readonly tag: string;
  readonly noAck: boolean;
  readonly exclusive: boolean;
  /** Its own prefetch. */
  readonly limit: number;
}

/** What a consumer needs of its channel. */
export interface ConsumerChannel {
  readonly isCongested: boolean;
  readonly window: Window;
  deliver(consumer: Consumer, item: QueuedMessage): void;
  cancelled(consumer: Consumer): void;
}

/** A consumer of a channel, as its queue sees it. */
export class Consumer implements QueueConsumer {
  readonly window: Window;

  constructor(
    readonly settings: ConsumerSettings,
    readonly queue: Queue,
    private readonly channel: ConsumerChannel,
  ) {
    this.window = new Window(settings.limit);
  }

  get noAck(): boolean {
    return this.settings.noAck;
  }

  get exclusive(): boolean {
    return this.settings.exclusive;
  }

  get canTake(): boolean {
    if (this.channel.isCongested) return false;
    return this.noAck || (this.window.hasRoom && this.channel.window.hasRoom);
  }

  take(item: QueuedMessage): void {
    this.channel.deliver(this, item);
  }

  cancelled(): void {
    this.channel.cancelled(this);
  }
}
