import type { MemoryBudget } from './memory-budget';
import type { Message, QueuedMessage } from './message';
import type { DeathReason } from './dead-letter';
import { HeadTimer } from './head-timer';
import { HeldLetters } from './held-letters';
import type { QueueRules, QueueSettings } from './queue-settings';
import { ReadyMessages } from './ready-messages';
import { RoundRobin, type QueueConsumer } from './round-robin';

/** Why a message comes back: its consumer said so, or is gone. */
export type ReturnReason = 'refused' | 'abandoned';

/** What a queue needs of the world around it. */
export interface QueueSurroundings {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly budget: MemoryBudget;
  /** Sends a copy to where the queue's rules say. @returns whether queues have taken it; always true without a rule. */
  deadLetter(queue: Queue, message: Message, reason: DeathReason): boolean;
  /** Nobody needs the queue any more: its last consumer left (auto-delete), or it was unused for too long (expires). */
  unused(queue: Queue): void;
}

/**
 * A queue. A message in it is ready (waits for a consumer), unacknowledged (delivered, the answer is awaited), or a
 * dead letter on its way (of a queue that keeps those until they are taken):
 *
 *     publish -> ready -> unacknowledged -> gone (ack)
 *                  ^            |---------> dead letter (reject; returned too often)
 *                  |____________|           (requeue, consumer gone)
 *                ready -------------------> dead letter (expired, beyond a limit)
 */
export class Queue {
  private readonly ready: ReadyMessages;
  private readonly unacknowledged = new Set<QueuedMessage>();
  private readonly consumers = new RoundRobin();
  private readonly expiry: HeadTimer;
  private readonly idle: HeadTimer;
  private readonly held: HeldLetters;
  private nextPosition = 0;

  /** @param owner the connection of an exclusive queue. */
  constructor(
    readonly settings: QueueSettings,
    readonly rules: QueueRules,
    private readonly around: QueueSurroundings,
    readonly owner?: object,
  ) {
    this.ready = new ReadyMessages(rules.type === 'classic');
    this.expiry = new HeadTimer(around.now, () => this.expire());
    this.idle = new HeadTimer(around.now, () => around.unused(this));
    this.held = new HeldLetters(around.now, (item, reason) => this.bury(item, reason));
    this.touch();
  }

  get name(): string {
    return this.settings.name;
  }

  /** Messages that wait for a consumer, without those that have expired meanwhile. */
  countReady(): number {
    this.expire();
    return this.ready.length;
  }

  get consumerCount(): number {
    return this.consumers.count;
  }

  get hasExclusiveConsumer(): boolean {
    return this.consumers.hasExclusive;
  }

  /** Says that somebody used the queue, so that `x-expires` counts from now. */
  touch(): void {
    this.idle.cancel();
    if (this.consumers.count === 0) this.idle.arm(this.around.now() + this.rules.expires);
  }

  /** @returns false if the queue refuses the message: a publisher that asked for confirms gets a nack. */
  publish(message: Message): boolean {
    if (this.isFullFor(message)) return false;
    const now = this.around.now();
    const ttl = Math.min(this.rules.messageTtl, message.expiration ?? Infinity);
    const position = this.nextPosition++;
    this.around.budget.hold(message);
    this.ready.push({ message, position, expiresAt: now + ttl, redelivered: false, returns: 0 });
    this.deliver();
    this.dropOverflow();
    this.armExpiry();
    return true;
  }

  /** A queue that may not drop what it has: it refuses what comes instead. */
  private get mayRefuse(): boolean {
    return this.rules.rejectsPublish || this.rules.type === 'quorum';
  }

  private isFullFor(message: Message): boolean {
    const { maxLength, maxBytes, rejectsPublish, type } = this.rules;
    if (this.mayRefuse && this.around.budget.refuses(message)) return true;
    if (!rejectsPublish) return false;
    const { length, bodyBytes } = this.ready;
    if (type === 'quorum') return length > maxLength || bodyBytes > maxBytes; // one more than the limit, as in RabbitMQ
    const goesThrough = length === 0 && this.consumers.next() !== undefined;
    return !goesThrough && (length >= maxLength || bodyBytes + message.body.length > maxBytes);
  }

  /** Drops the oldest beyond the queue's own limits, as dead letters, then beyond the memory of all queues, for good. */
  private dropOverflow(): void {
    const { maxLength, maxBytes, rejectsPublish } = this.rules;
    while (!rejectsPublish && (this.ready.length > maxLength || this.ready.bodyBytes > maxBytes)) {
      const item = this.ready.shift();
      if (!item) break;
      this.bury(item, 'maxlen');
    }
    const { budget } = this.around;
    while (!this.mayRefuse && budget.isOver) {
      const item = this.ready.shift();
      if (!item) break;
      budget.release(item.message);
    }
  }

  /** Takes the next message for a client that asked for one; it is unacknowledged unless `noAck`. */
  get(noAck: boolean): QueuedMessage | undefined {
    this.touch();
    this.expire();
    return this.take(noAck);
  }

  private take(noAck: boolean): QueuedMessage | undefined {
    const item = this.ready.shift();
    if (!item) return undefined;
    if (noAck) this.around.budget.release(item.message);
    else this.unacknowledged.add(item);
    return item;
  }

  /** Gives messages to consumers while there are both. */
  private deliver(): void {
    for (;;) {
      const first = this.ready.first();
      if (!first) return;
      if (first.expiresAt < this.around.now()) {
        this.expire();
        continue;
      }
      const consumer = this.consumers.next();
      if (!consumer) return;
      this.consumers.rotate();
      const item = this.take(consumer.noAck);
      if (item) consumer.take(item);
    }
  }

  addConsumer(consumer: QueueConsumer): void {
    this.consumers.add(consumer);
    this.touch();
    this.deliver();
    this.armExpiry();
  }

  /** A consumer is gone; what it has not acknowledged stays so until its channel says otherwise. */
  removeConsumer(consumer: QueueConsumer): void {
    if (!this.consumers.remove(consumer)) return;
    this.touch();
    if (this.settings.autoDelete && this.consumers.count === 0) this.around.unused(this);
  }

  /** A consumer that could not take a message can again. */
  resume(consumer: QueueConsumer): void {
    if (this.consumers.resume(consumer)) this.deliver();
  }

  ack(item: QueuedMessage): void {
    if (this.unacknowledged.delete(item)) this.around.budget.release(item.message);
  }

  /** The consumer does not want it: a dead letter, or nothing. */
  reject(item: QueuedMessage): void {
    if (this.unacknowledged.delete(item)) this.bury(item, 'rejected');
  }

  /** The messages become ready again, at the place that the kind of queue gives them. */
  requeue(items: Iterable<QueuedMessage>, why: ReturnReason): void {
    const toTheEnd = why === 'refused' && this.rules.type === 'quorum' && this.rules.deliveryLimit === Infinity;
    for (const item of items) {
      if (!this.unacknowledged.delete(item)) continue;
      item.redelivered = true;
      if (this.rules.type === 'quorum') item.returns += 1;
      if (item.returns > this.rules.deliveryLimit) this.bury(item, 'delivery_limit');
      else if (toTheEnd) this.ready.push({ ...item, position: this.nextPosition++ });
      else this.ready.putBack(item);
    }
    this.deliver();
    this.dropOverflow();
    this.armExpiry();
  }

  /** Forgets what is ready. @returns how many. */
  purge(): number {
    this.expire();
    return this.forgetReady();
  }

  private forgetReady(): number {
    const count = this.ready.length;
    for (let item = this.ready.shift(); item; item = this.ready.shift()) this.around.budget.release(item.message);
    return count;
  }

  /** Gives nothing more to consumers, nor tells them anything: the server is about to close their connections. */
  stop(): void {
    this.stopTimers();
    this.consumers.clear();
  }

  /** The queue is deleted: its consumers are told, its messages forgotten. Answers for them that come later do nothing. */
  close(): void {
    this.stopTimers();
    for (const consumer of this.consumers.clear()) consumer.cancelled();
    for (const { message } of [...this.unacknowledged, ...this.held.items]) this.around.budget.release(message);
    this.unacknowledged.clear();
    this.forgetReady(); // or what is put back would have them grow old, and die a second time
  }

  private stopTimers(): void {
    this.expiry.cancel();
    this.idle.cancel();
    this.held.stop();
  }

  /** Everything in the queue, in the order of positions except what came back to a quorum queue. */
  messages(): QueuedMessage[] {
    return [...this.unacknowledged, ...this.held.items, ...this.ready].sort((a, b) => a.position - b.position);
  }

  /** Puts back what an earlier process saved. */
  restore(saved: Omit<QueuedMessage, 'position'>): void {
    this.around.budget.hold(saved.message);
    this.ready.push({ ...saved, position: this.nextPosition++ });
    this.armExpiry();
  }

  private expire(): void {
    const now = this.around.now();
    for (let first = this.ready.first(); first && first.expiresAt <= now; first = this.ready.first()) {
      this.ready.shift();
      this.bury(first, 'expired');
    }
    this.armExpiry();
  }

  /** Only the first message expires, as in RabbitMQ: one timer a queue. */
  private armExpiry(): void {
    this.expiry.arm(this.ready.first()?.expiresAt ?? Infinity);
  }

  private bury(item: QueuedMessage, reason: DeathReason): void {
    const taken = this.around.deadLetter(this, item.message, reason);
    if (taken || !this.rules.deadLetterAtLeastOnce) {
      this.around.budget.release(item.message);
    } else {
      this.held.add(item, reason);
    }
  }
}
