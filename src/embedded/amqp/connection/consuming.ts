import { randomBytes } from 'node:crypto';
import { REPLY_TO } from '../broker/direct-replies';
import type { Message, QueuedMessage } from '../broker/message';
import type { Queue, ReturnReason } from '../broker/queue';
import { AmqpError } from '../reply-codes';
import { field } from '../wire/field-table';
import type { ClientMethods } from '../wire/method-fields';
import { Properties } from '../wire/properties';
import { Consumer, Window, type ConsumerChannel } from './consumer';
import { Deliveries, type Delivery } from './deliveries';
import type { ChannelLink } from './link';

/** A direct reply has no queue it could return to, so nothing of it is kept. */
interface ReplyConsumer {
  tag: string;
  key: string;
}

/** The methods of a channel that take messages from queues and answer for them. */
export class Consuming implements ConsumerChannel {
  /** Of all consumers of the channel together (`basic.qos` with `global`). */
  readonly window = new Window(0);
  private readonly consumers = new Map<string, Consumer>();
  private readonly deliveries = new Deliveries();
  private replyConsumer?: ReplyConsumer;
  /** For consumers to come. */
  private prefetch = 0;

  /** @param queueOf finds a queue by the name a client gave. */
  constructor(
    private readonly link: ChannelLink,
    private readonly queueOf: (name: string) => Queue,
  ) {}

  get replyKey(): string | undefined {
    return this.replyConsumer?.key;
  }

  get isCongested(): boolean {
    return this.link.isCongested;
  }

  qos({ prefetchSize, prefetchCount, global }: ClientMethods['BasicQos']): void {
    if (prefetchSize !== 0) throw new AmqpError('NOT_IMPLEMENTED', `prefetch_size!=0 (${prefetchSize})`);
    this.window.limit = global ? prefetchCount : 0; // as RabbitMQ: what is said of single consumers ends the other limit
    if (!global) this.prefetch = prefetchCount;
    this.link.send('BasicQosOk', {});
    this.resumeAll();
  }

  consume(fields: ClientMethods['BasicConsume']): void {
    const tag = fields.consumerTag || `amq.ctag-${randomBytes(16).toString('base64url')}`;
    if (this.consumers.has(tag) || this.replyConsumer?.tag === tag) {
      throw new AmqpError('NOT_ALLOWED', `attempt to reuse consumer tag '${tag}'`);
    }
    if (fields.arguments.has('x-priority')) {
      throw new AmqpError('NOT_IMPLEMENTED', 'consumer priorities are not there in the embedded server');
    }
    if (fields.queue === REPLY_TO) return this.consumeReplies(tag, fields);
    const queue = this.queueOf(fields.queue);
    const isClassic = queue.rules.type === 'classic'; // others do without these two, in RabbitMQ
    if (!isClassic && this.window.limit > 0) {
      const reason = `queue '${queue.name}' in vhost '${this.link.vhost.name}' does not support global qos`;
      throw new AmqpError('NOT_IMPLEMENTED', reason);
    }
    if (isClassic && (queue.hasExclusiveConsumer || (fields.exclusive && queue.consumerCount > 0))) {
      const reason = `queue '${queue.name}' in vhost '${this.link.vhost.name}' in exclusive use`;
      throw new AmqpError('ACCESS_REFUSED', reason);
    }
    const consumer = new Consumer({ ...fields, tag, limit: this.prefetch }, queue, this);
    this.consumers.set(tag, consumer);
    if (!fields.nowait) this.link.send('BasicConsumeOk', { consumerTag: tag });
    queue.addConsumer(consumer);
  }

  private consumeReplies(tag: string, { noAck, nowait }: ClientMethods['BasicConsume']): void {
    if (!noAck) throw new AmqpError('PRECONDITION_FAILED', 'reply consumer cannot acknowledge');
    if (this.replyConsumer) throw new AmqpError('PRECONDITION_FAILED', 'reply consumer already set');
    this.replyConsumer = {
      tag,
      key: this.link.vhost.replies.add({ receive: (message) => this.receiveReply(tag, message) }),
    };
    if (!nowait) this.link.send('BasicConsumeOk', { consumerTag: tag });
  }

  private receiveReply(consumerTag: string, message: Message): void {
    const item = { message, position: 0, expiresAt: Infinity, redelivered: false, returns: 0 };
    this.sendDelivery(consumerTag, this.deliveries.skip(), item);
  }

  deliver(consumer: Consumer, item: QueuedMessage): void {
    const tag = consumer.noAck
      ? this.deliveries.skip()
      : this.deliveries.add({ item, queue: consumer.queue, consumer });
    if (!consumer.noAck) {
      consumer.window.open += 1;
      this.window.open += 1;
    }
    this.sendDelivery(consumer.settings.tag, tag, item);
  }

  private sendDelivery(consumerTag: string, deliveryTag: number, item: QueuedMessage): void {
    const { exchange, routingKey } = item.message;
    const fields = { consumerTag, deliveryTag, redelivered: item.redelivered, exchange, routingKey };
    this.link.sendContent('BasicDeliver', fields, item.message, item.returns > 0 ? withReturns(item) : undefined);
  }

  get({ queue: name, noAck }: ClientMethods['BasicGet']): void {
    const queue = this.queueOf(name);
    const item = queue.get(noAck);
    if (!item) return this.link.send('BasicGetEmpty', {});
    const deliveryTag = noAck ? this.deliveries.skip() : this.deliveries.add({ item, queue });
    const { exchange, routingKey } = item.message;
    const { redelivered } = item;
    const fields = { deliveryTag, redelivered, exchange, routingKey, messageCount: queue.countReady() };
    // On a quorum queue, this count is there from the start, but only for a message that was asked for.
    const countsReturns = queue.rules.type === 'quorum';
    this.link.sendContent('BasicGetOk', fields, item.message, countsReturns ? withReturns(item) : undefined);
  }

  cancel({ consumerTag, nowait }: ClientMethods['BasicCancel']): void {
    if (this.replyConsumer?.tag === consumerTag) this.forgetReplies();
    const consumer = this.consumers.get(consumerTag);
    this.consumers.delete(consumerTag);
    if (!nowait) this.link.send('BasicCancelOk', { consumerTag });
    consumer?.queue.removeConsumer(consumer);
  }

  private forgetReplies(): void {
    if (this.replyConsumer) this.link.vhost.replies.remove(this.replyConsumer.key);
    this.replyConsumer = undefined;
  }

  /** The queue is gone. */
  cancelled(consumer: Consumer): void {
    const consumerTag = consumer.settings.tag;
    this.consumers.delete(consumerTag);
    if (this.link.wantsCancelNotice) this.link.send('BasicCancel', { consumerTag, nowait: true });
  }

  ack({ deliveryTag, multiple }: ClientMethods['BasicAck']): void {
    const settled = this.settle(deliveryTag, multiple);
    for (const { queue, item } of settled) queue.ack(item);
    this.resumeAfter(settled);
  }

  nack({ deliveryTag, multiple, requeue }: ClientMethods['BasicNack']): void {
    const settled = this.settle(deliveryTag, multiple);
    if (requeue) giveBack(settled, 'refused');
    else for (const { queue, item } of settled) queue.reject(item);
    this.resumeAfter(settled);
  }

  recover({ requeue }: ClientMethods['BasicRecover']): void {
    if (!requeue) throw new AmqpError('NOT_IMPLEMENTED', 'requeue=false');
    const open = this.closed(this.deliveries.takeAll());
    giveBack(open, 'refused');
    this.resumeAfter(open);
  }

  private settle(tag: number, multiple: boolean): Delivery[] {
    return this.closed(this.deliveries.settle(tag, multiple));
  }

  /** Counts them off the windows. */
  private closed(deliveries: Delivery[]): Delivery[] {
    for (const { consumer } of deliveries) {
      if (!consumer) continue;
      consumer.window.open -= 1;
      this.window.open -= 1;
    }
    return deliveries;
  }

  private resumeAfter(settled: readonly Delivery[]): void {
    if (this.window.limit > 0) return this.resumeAll();
    for (const { consumer } of settled) if (consumer) consumer.queue.resume(consumer);
  }

  /** Consumers that stood aside may have room again. */
  resumeAll(): void {
    for (const consumer of this.consumers.values()) consumer.queue.resume(consumer);
  }

  /** The channel ends: its consumers go, and what was not answered becomes ready again. */
  close(): void {
    this.forgetReplies();
    const consumers = [...this.consumers.values()];
    this.consumers.clear();
    const open = this.deliveries.takeAll();
    for (const consumer of consumers) consumer.queue.removeConsumer(consumer);
    giveBack(open, 'abandoned');
  }
}

function giveBack(deliveries: readonly Delivery[], why: ReturnReason): void {
  const byQueue = new Map<Queue, QueuedMessage[]>();
  for (const { queue, item } of deliveries) {
    const items = byQueue.get(queue);
    if (items) items.push(item);
    else byQueue.set(queue, [item]);
  }
  for (const [queue, items] of byQueue) queue.requeue(items, why);
}

/** The properties with how often the message has come back to its quorum queue; others go as they were published. */
function withReturns({ message, returns }: QueuedMessage): Buffer {
  const properties = Properties.read(message.properties);
  const headers = properties.headers().set('x-delivery-count', field.int64(returns));
  return properties.withHeaders(headers).write();
}
