import { AmqpError } from '../reply-codes';
import type { ClientMethod } from '../wire/method-fields';
import { Consuming } from './consuming';
import { Declaring } from './declaring';
import type { ChannelLink } from './link';
import { Publishing } from './publishing';

/** An open channel: gives each method to the part that answers it. */
export class Channel {
  private readonly declaring: Declaring;
  private readonly publishing: Publishing;
  private readonly consuming: Consuming;

  constructor(private readonly link: ChannelLink) {
    this.declaring = new Declaring(link);
    this.consuming = new Consuming(link, (name) => this.declaring.queue(name));
    this.publishing = new Publishing(link, () => this.consuming.replyKey);
  }

  /** @throws AmqpError for what the client did wrong. */
  header(payload: Buffer): void {
    this.publishing.header(payload);
  }

  /** @throws AmqpError for what the client did wrong. */
  body(payload: Buffer): void {
    this.publishing.body(payload);
  }

  /** Sends what was put off until the bytes read at once were worked through. */
  flush(): void {
    this.publishing.confirms.flush();
  }

  /** The client reads again. */
  resume(): void {
    this.consuming.resumeAll();
  }

  close(): void {
    this.consuming.close();
  }

  /** @throws AmqpError for what the client did wrong. */
  method(method: ClientMethod): void {
    if (this.publishing.isInsideMessage) {
      throw new AmqpError('UNEXPECTED_FRAME', `expected content, got the method ${method.name} instead`);
    }
    switch (method.name) {
      case 'BasicPublish':
        return this.publishing.begin(method.fields);
      case 'BasicAck':
        return this.consuming.ack(method.fields);
      case 'BasicNack':
        return this.consuming.nack(method.fields);
      case 'BasicReject':
        return this.consuming.nack({ ...method.fields, multiple: false });
      case 'BasicGet':
        return this.consuming.get(method.fields);
      case 'BasicConsume':
        return this.consuming.consume(method.fields);
      case 'BasicCancel':
        return this.consuming.cancel(method.fields);
      case 'BasicQos':
        return this.consuming.qos(method.fields);
      case 'BasicRecover':
        this.consuming.recover(method.fields);
        return this.link.send('BasicRecoverOk', {});
      case 'BasicRecoverAsync':
        return this.consuming.recover(method.fields);
      case 'ConfirmSelect':
        this.publishing.confirms.select();
        return method.fields.nowait ? undefined : this.link.send('ConfirmSelectOk', {});
      case 'ChannelFlow':
        if (!method.fields.active) throw new AmqpError('NOT_IMPLEMENTED', 'active=false'); // prefetch is there for it
        return this.link.send('ChannelFlowOk', { active: method.fields.active });
      case 'BasicCancelOk':
      case 'ChannelFlowOk':
        return; // the client has seen what it was told
      case 'ChannelOpen':
        throw new AmqpError('CHANNEL_ERROR', "second 'channel.open' seen");
      default:
        return this.declare(method);
    }
  }

  private declare(method: ClientMethod): void {
    switch (method.name) {
      case 'ExchangeDeclare':
        return this.declaring.declareExchange(method.fields);
      case 'ExchangeDelete':
        return this.declaring.deleteExchange(method.fields);
      case 'ExchangeBind':
        return this.declaring.bindExchange(method.fields);
      case 'ExchangeUnbind':
        return this.declaring.unbindExchange(method.fields);
      case 'QueueDeclare':
        return this.declaring.declareQueue(method.fields);
      case 'QueueBind':
        return this.declaring.bindQueue(method.fields);
      case 'QueueUnbind':
        return this.declaring.unbindQueue(method.fields);
      case 'QueuePurge':
        return this.declaring.purgeQueue(method.fields);
      case 'QueueDelete':
        return this.declaring.deleteQueue(method.fields);
      default:
        throw new AmqpError('COMMAND_INVALID', `${method.name} is not for a channel`);
    }
  }
}
