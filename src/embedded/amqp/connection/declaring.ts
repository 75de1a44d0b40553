import { DirectReplies, REPLY_TO } from '../broker/direct-replies';
import type { Queue } from '../broker/queue';
import { AmqpError } from '../reply-codes';
import type { ClientMethods } from '../wire/method-fields';
import type { ChannelLink } from './link';

/** The methods of a channel that declare, bind and delete exchanges and queues. */
export class Declaring {
  /** What an empty queue name stands for. */
  private lastQueue?: string;

  constructor(private readonly link: ChannelLink) {}

  /** @throws AmqpError where there is no such queue, or it is another connection's. */
  queue(name: string): Queue {
    return this.link.vhost.queue(this.nameOf(name), this.link.owner);
  }

  private nameOf(name: string): string {
    if (name !== '') return name;
    if (this.lastQueue === undefined) throw new AmqpError('NOT_FOUND', 'no previously declared queue');
    return this.lastQueue;
  }

  declareExchange(fields: ClientMethods['ExchangeDeclare']): void {
    const { exchange: name, passive, nowait, arguments: table } = fields;
    if (table.has('alternate-exchange')) {
      throw new AmqpError('NOT_IMPLEMENTED', 'alternate-exchange is not there in the embedded server');
    }
    if (passive && name !== '') this.link.vhost.exchange(name);
    else this.link.vhost.declareExchange({ ...fields, name });
    if (!nowait) this.link.send('ExchangeDeclareOk', {});
  }

  deleteExchange({ exchange, ifUnused, nowait }: ClientMethods['ExchangeDelete']): void {
    this.link.vhost.deleteExchange(exchange, { ifUnused });
    if (!nowait) this.link.send('ExchangeDeleteOk', {});
  }

  bindExchange(fields: ClientMethods['ExchangeBind']): void {
    const destination = this.link.vhost.exchange(fields.destination);
    this.link.vhost.bind(fields.source, destination, fields.routingKey, fields.arguments);
    if (!fields.nowait) this.link.send('ExchangeBindOk', {});
  }

  unbindExchange(fields: ClientMethods['ExchangeUnbind']): void {
    const destination = ifThere(() => this.link.vhost.exchange(fields.destination));
    this.link.vhost.unbind(fields.source, destination, fields.routingKey, fields.arguments);
    if (!fields.nowait) this.link.send('ExchangeUnbindOk', {});
  }

  declareQueue(fields: ClientMethods['QueueDeclare']): void {
    const isReplyTo = fields.queue === REPLY_TO || DirectReplies.isReplyKey(fields.queue);
    const counted = isReplyTo ? this.replyQueue(fields.queue) : this.declaredQueue(fields);
    if (!isReplyTo) this.lastQueue = counted.queue;
    if (!fields.nowait) this.link.send('QueueDeclareOk', counted);
  }

  private declaredQueue(fields: ClientMethods['QueueDeclare']) {
    const { vhost, owner } = this.link;
    const queue = fields.passive
      ? vhost.queue(fields.queue, owner) // an empty name stands for no other here
      : vhost.declareQueue({ ...fields, name: fields.queue }, owner);
    queue.touch();
    return { queue: queue.name, messageCount: queue.countReady(), consumerCount: queue.consumerCount };
  }

  /** A passive declaration of a reply key asks whether the one who waits for the answer is still there. */
  private replyQueue(name: string) {
    if (name !== REPLY_TO && !this.link.vhost.replies.find(name)) {
      throw new AmqpError('NOT_FOUND', `no queue '${name}' in vhost '${this.link.vhost.name}'`);
    }
    return { queue: name, messageCount: 0, consumerCount: 1 };
  }

  bindQueue(fields: ClientMethods['QueueBind']): void {
    const queue = this.queue(fields.queue);
    this.link.vhost.bind(fields.exchange, queue, this.bindingKey(fields), fields.arguments);
    if (!fields.nowait) this.link.send('QueueBindOk', {});
  }

  unbindQueue(fields: ClientMethods['QueueUnbind']): void {
    const queue = fields.queue === '' ? this.queue('') : ifThere(() => this.queue(fields.queue));
    this.link.vhost.unbind(fields.exchange, queue, this.bindingKey(fields), fields.arguments);
    this.link.send('QueueUnbindOk', {});
  }

  /** With neither queue nor key, the key is the name of the queue declared last (the specification's queue.bind). */
  private bindingKey({ queue, routingKey }: { queue: string; routingKey: string }): string {
    return queue === '' && routingKey === '' ? this.nameOf('') : routingKey;
  }

  purgeQueue({ queue, nowait }: ClientMethods['QueuePurge']): void {
    const messageCount = this.queue(queue).purge();
    if (!nowait) this.link.send('QueuePurgeOk', { messageCount });
  }

  /** Answers as if it had been there when it is not. */
  deleteQueue({ queue: name, ifUnused, ifEmpty, nowait }: ClientMethods['QueueDelete']): void {
    const queue = name === '' ? this.queue('') : ifThere(() => this.queue(name));
    const messageCount = queue?.countReady() ?? 0;
    const where = `queue '${queue?.name}' in vhost '${this.link.vhost.name}'`;
    if ((ifUnused || ifEmpty) && queue?.rules.type === 'quorum') {
      const flag = ifUnused ? 'if-unused' : 'if-empty';
      const reason = `queue.delete operations with ${flag} flag set are not supported by quorum queues`;
      throw new AmqpError('NOT_IMPLEMENTED', `cannot delete ${where}. ${reason}`);
    }
    if (ifUnused && queue && queue.consumerCount > 0) throw new AmqpError('PRECONDITION_FAILED', `${where} in use`);
    if (ifEmpty && messageCount > 0) throw new AmqpError('PRECONDITION_FAILED', `${where} not empty`);
    if (queue) this.link.vhost.deleteQueue(queue);
    if (!nowait) this.link.send('QueueDeleteOk', { messageCount });
  }
}

/** RabbitMQ says yes to deleting and unbinding what is not there. */
function ifThere<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof AmqpError && error.reply === 'NOT_FOUND') return undefined;
    throw error;
  }
}
