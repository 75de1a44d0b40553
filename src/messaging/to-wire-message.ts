import type { ConsumeMessage } from 'amqplib';
import type { WireMessage } from '../log/wire-message';

/** A message as the broker delivers it. */
export type Delivery = ConsumeMessage;

/** A delivered message as the domain reads it. amqplib's types promise text and numbers; a client can send anything. */
export function toWireMessage({ content, fields, properties }: Delivery): WireMessage {
  const { contentType, messageId, timestamp, headers } = properties as unknown as Record<string, unknown>;
  return {
    body: content,
    routingKey: fields.routingKey,
    contentType: typeof contentType === 'string' ? contentType : undefined,
    messageId: typeof messageId === 'string' ? messageId : undefined,
    timestamp: typeof timestamp === 'number' ? timestamp : undefined,
    headers: typeof headers === 'object' && headers !== null ? (headers as Record<string, unknown>) : {},
  };
}
