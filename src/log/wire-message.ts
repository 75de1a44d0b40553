import { decodeText } from './text-encoding';
import { parseNumericTime } from './timestamp';
import { uuidBytes, uuidTime } from './uuid';

/** A message on `logs_exchange`, as far as its meaning goes. */
export interface WireMessage {
  readonly body: Buffer;
  readonly routingKey: string;
  readonly contentType?: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly messageId?: string | undefined;
  /** AMQP's `timestamp`: seconds since the Unix epoch, although some clients send milliseconds. */
  readonly timestamp?: number | undefined;
}

/** The content type without parameters, lower case; empty when there is none. */
export function mediaType(message: WireMessage): string {
  return (message.contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** The 16 bytes that make a second delivery of the message known; null when its id is no UUID. */
export function messageUuid(message: WireMessage): Buffer | null {
  return message.messageId === undefined ? null : uuidBytes(message.messageId);
}

/** When the message was made, by its own account: the time in its UUIDv7, else AMQP's `timestamp`, microseconds. */
export function messageTime(message: WireMessage): number | null {
  const uuid = messageUuid(message);
  const fromId = uuid === null ? null : uuidTime(uuid);
  if (fromId !== null) return fromId;
  return typeof message.timestamp === 'number' ? (parseNumericTime(message.timestamp)?.timestamp ?? null) : null;
}

/**
 * A header as text; null when it is absent, empty, or neither text, number nor boolean. Some clients send bytes where
 * text is meant.
 */
export function headerText(message: WireMessage, name: string): string | null {
  const value = message.headers[name];
  if (Buffer.isBuffer(value)) return value.length === 0 ? null : decodeText(value).text;
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isPlain && value !== '' ? String(value) : null;
}
