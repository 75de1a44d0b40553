import { readForeignMessage } from './foreign-message';
import { type DecodeContext, type DecodedMessage, MessageReading } from './message-reading';
import { decodePack, PACK_CONTENT_TYPE } from './pack';
import { readPack } from './read-pack';
import { settle } from './record-draft';
import type { RejectReason } from './reject';
import { mediaType, type WireMessage } from './wire-message';

export type { DecodeContext, DecodedMessage, Part } from './message-reading';

/** A longer message is not read. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
/** A message of more records is not read. */
export const MAX_MESSAGE_RECORDS = 10_000;

/**
 * Reads a message into parts and rejects; everything in it ends up in one of the two, and nothing in it makes this throw.
 * A message with a UUID gives the same parts with the same ids at every reading, so that a second delivery is known by
 * them. Records that have no usable time of their own take the message's, or else the reader's clock; they form one part,
 * whose id has hour 0.
 */
export function decodeMessage(message: WireMessage, context: DecodeContext): DecodedMessage {
  const size = message.body.length;
  if (size > MAX_MESSAGE_BYTES) {
    return wholeRejected(message, 'message_too_large', `${size} bytes; at most ${MAX_MESSAGE_BYTES} are read`);
  }
  return mediaType(message) === PACK_CONTENT_TYPE ? decodeMany(message, context) : decodeOne(message, context);
}

function wholeRejected(message: WireMessage, reason: RejectReason, text: string): DecodedMessage {
  return { parts: [], rejects: [{ index: -1, reason, message: text, bytes: message.body }] };
}

function decodeMany(message: WireMessage, context: DecodeContext): DecodedMessage {
  const pack = decodePack(message.body, MAX_MESSAGE_RECORDS);
  if (pack.lines > MAX_MESSAGE_RECORDS) {
    return wholeRejected(message, 'message_too_large', `more than ${MAX_MESSAGE_RECORDS} records; they are not read`);
  }
  if (pack.records.length + pack.bad.length === 0) return wholeRejected(message, 'empty', 'a pack without records');
  const reading = new MessageReading(message, context);
  readPack(message, pack, reading);
  return reading.done();
}

function decodeOne(message: WireMessage, context: DecodeContext): DecodedMessage {
  const draft = readForeignMessage(message);
  if ('reason' in draft) return wholeRejected(message, draft.reason, draft.message);
  const reading = new MessageReading(message, context);
  const own = draft.time?.timestamp ?? null;
  const isOwnTime = own !== null && reading.isUsable(own);
  const record = settle(draft, { timestamp: isOwnTime ? own : reading.reference, isOwnTime });
  reading.add(record, isOwnTime, 0, () => message.body);
  return reading.done();
}
