import { randomBytes } from 'node:crypto';
import type { Message } from './message';

/**
 * Direct reply-to (https://www.rabbitmq.com/docs/direct-reply-to): a client consumes from this name, which is no queue,
 * and asks with `reply_to` set to it; the answerer then publishes to the default exchange under a name made for that
 * client's channel, and the answer goes straight there.
 */
export const REPLY_TO = 'amq.rabbitmq.reply-to';

/** Where the answers for one channel go. */
export interface ReplyReceiver {
  receive(message: Message): void;
}

/** The channels of a vhost that wait for answers. */
export class DirectReplies {
  private readonly receivers = new Map<string, ReplyReceiver>();

  /** @returns the routing key under which answers reach `receiver`. */
  add(receiver: ReplyReceiver): string {
    const key = `${REPLY_TO}.${randomBytes(16).toString('base64url')}`;
    this.receivers.set(key, receiver);
    return key;
  }

  remove(key: string): void {
    this.receivers.delete(key);
  }

  find(key: string): ReplyReceiver | undefined {
    return this.receivers.get(key);
  }

  static isReplyKey(key: string): boolean {
    return key.startsWith(`${REPLY_TO}.`);
  }
}
