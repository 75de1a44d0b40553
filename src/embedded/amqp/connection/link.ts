import type { Message } from '../broker/message';
import type { Vhost } from '../broker/vhost';
import type { ServerMethodName, ServerMethods } from '../wire/method-fields';

/** One channel's way to its client, and what its connection has agreed on. */
export interface ChannelLink {
  /** The channel's connection: who owns exclusive queues. */
  readonly owner: object;
  readonly vhost: Vhost;
  /** Whether the client wants to know when its consumer's queue is deleted. */
  readonly wantsCancelNotice: boolean;
  /** Whether the client reads more slowly than it is sent to. */
  readonly isCongested: boolean;
  send<Name extends ServerMethodName>(name: Name, fields: ServerMethods[Name]): void;
  /** A method with a message. @param properties instead of the message's own. */
  sendContent<Name extends ContentMethodName>(
    name: Name,
    fields: ServerMethods[Name],
    message: Message,
    properties?: Buffer,
  ): void;
}

export type ContentMethodName = 'BasicDeliver' | 'BasicGetOk' | 'BasicReturn';
