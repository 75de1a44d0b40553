import { DirectReplies, REPLY_TO } from '../broker/direct-replies';
import { Message } from '../broker/message';
import { AmqpError, REPLY_CODES } from '../reply-codes';
import { readContentHeader } from '../wire/content';
import type { ClientMethods } from '../wire/method-fields';
import { Properties } from '../wire/properties';
import { Confirms } from './confirms';
import type { ChannelLink } from './link';

const BASIC_CLASS = 60;
/** RabbitMQ's default `max_message_size`. */
const MAX_MESSAGE_BYTES = 134_217_728;

type Publish = ClientMethods['BasicPublish'];

/**
 * Puts published messages together and routes them. On the wire a message is a method, then a content header, then as
 * many body frames as it takes to reach the size that the header told; nothing else of this channel comes in between.
 */
export class Publishing {
  readonly confirms: Confirms;
  private expecting: 'method' | 'header' | 'body' = 'method';
  private publish?: Publish;
  private properties: Buffer = Buffer.alloc(0);
  private missingBytes = 0;
  private parts: Buffer[] = [];

  /** @param replyKey the routing key of this channel's direct replies, if it waits for such. */
  constructor(
    private readonly link: ChannelLink,
    private readonly replyKey: () => string | undefined,
  ) {
    this.confirms = new Confirms(link);
  }

  get isInsideMessage(): boolean {
    return this.expecting !== 'method';
  }

  begin(publish: Publish): void {
    if (publish.immediate) throw new AmqpError('NOT_IMPLEMENTED', 'immediate=true');
    this.publish = publish;
    this.expecting = 'header';
  }

  header(payload: Buffer): void {
    const header = readContentHeader(payload);
    if (this.expecting !== 'header') throw new AmqpError('UNEXPECTED_FRAME', 'a content header that nothing asked for');
    if (header?.classId !== BASIC_CLASS) throw new AmqpError('FRAME_ERROR', 'a content header of another class');
    if (header.bodyBytes > MAX_MESSAGE_BYTES) {
      const reason = `message size ${header.bodyBytes} is larger than configured max size ${MAX_MESSAGE_BYTES}`;
      throw new AmqpError('PRECONDITION_FAILED', reason);
    }
    this.properties = Buffer.from(header.properties);
    this.missingBytes = header.bodyBytes;
    this.parts = [];
    this.expecting = 'body';
    if (this.missingBytes === 0) this.complete();
  }

  body(payload: Buffer): void {
    if (this.expecting !== 'body') throw new AmqpError('UNEXPECTED_FRAME', 'a body that nothing asked for');
    if (payload.length > this.missingBytes) throw new AmqpError('FRAME_ERROR', 'a body longer than its header told');
    this.missingBytes -= payload.length;
    // A copy: `payload` is a view of what was read from the socket, which would stay in memory with it.
    this.parts.push(Buffer.from(payload));
    if (this.missingBytes === 0) this.complete();
  }

  private complete(): void {
    const [first = Buffer.alloc(0), ...others] = this.parts;
    const body = others.length === 0 ? first : Buffer.concat(this.parts);
    this.expecting = 'method';
    this.parts = [];
    if (this.publish) this.route(this.publish, body);
  }

  private route(publish: Publish, body: Buffer): void {
    const { vhost } = this.link;
    const exchange = vhost.exchange(publish.exchange);
    if (exchange.settings.internal) {
      const reason = `cannot publish to internal exchange '${exchange.name}' in vhost '${vhost.name}'`;
      throw new AmqpError('ACCESS_REFUSED', reason);
    }
    const message = this.messageOf(publish, body);
    const number = this.confirms.next();
    if (exchange.name === '' && DirectReplies.isReplyKey(publish.routingKey)) {
      const receiver = this.link.vhost.replies.find(publish.routingKey);
      if (receiver) receiver.receive(message);
      else if (publish.mandatory) this.giveBack(message);
      return this.confirms.settle(number, true);
    }
    const queues = vhost.route(exchange, publish.routingKey);
    if (queues.length === 0 && publish.mandatory) this.giveBack(message);
    let taken = true;
    for (const queue of queues) if (!queue.publish(message)) taken = false;
    this.confirms.settle(number, taken);
  }

  private messageOf(publish: Publish, body: Buffer): Message {
    const read = Properties.read(this.properties);
    const headers = read.headers();
    if (headers.has('CC') || headers.has('BCC')) {
      throw new AmqpError('NOT_IMPLEMENTED', 'the headers CC and BCC are not there in the embedded server');
    }
    const properties = read.text('replyTo') === REPLY_TO ? this.withReplyKey(read) : this.properties;
    const expiration = expirationOf(read.text('expiration'));
    return new Message(publish.exchange, publish.routingKey, properties, body, read.persistent, expiration);
  }

  private withReplyKey(properties: Properties): Buffer {
    const key = this.replyKey();
    if (key === undefined) throw new AmqpError('PRECONDITION_FAILED', 'fast reply consumer does not exist');
    return properties.withText('replyTo', key).write();
  }

  private giveBack(message: Message): void {
    const { exchange, routingKey } = message;
    const fields = { replyCode: REPLY_CODES.NO_ROUTE, replyText: 'NO_ROUTE', exchange, routingKey };
    this.link.sendContent('BasicReturn', fields, message);
  }
}

/** Ten years, RabbitMQ's bound. */
const LONGEST_EXPIRATION_MS = 315_360_000_000;

function expirationOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const wrong = (why: string) => new AmqpError('PRECONDITION_FAILED', `invalid expiration '${text}': ${why}`);
  const [, digits, rest] = /^([+-]?\d+)(.*)$/s.exec(text) ?? [];
  if (digits === undefined) throw wrong('no_integer');
  if (rest) throw wrong(`{leftover_string,"${rest}"}`);
  const value = Number(digits);
  if (value < 0) throw wrong(`{value_negative,${value}}`);
  if (value > LONGEST_EXPIRATION_MS) throw wrong(`{value_too_large,${value}}`);
  return value;
}
