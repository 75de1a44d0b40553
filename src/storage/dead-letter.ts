import { hash } from 'node:crypto';
import { mongo } from 'mongoose';
import { cutToBytes } from '../log/limits';
import { MILLISECOND_US } from '../log/timestamp';
import type { Reject, RejectReason } from '../log/reject';
import { messageUuid, type WireMessage } from '../log/wire-message';
import type { IdMaker } from './chunk-id';
import { uuidText } from './chunk-unreadable';
import { headersJson } from './headers-json';

/** So much of what was rejected is kept; `bodyLength` and `sha256` speak of all of it. */
export const MAX_DEAD_BODY_BYTES = 1024 * 1024;
const MAX_MESSAGE_BYTES = 4096;
const MAX_ROUTING_KEY_BYTES = 1024;

/** Something that was delivered and will never be a stored record, as it is kept. */
export interface DeadLetterDocument {
  /** The message's UUID and the record's index within it (-1: the whole message), `uuid:index`. */
  readonly _id: string;
  /** When it was rejected. */
  readonly at: Date;
  readonly reason: RejectReason;
  readonly message: string;
  readonly routingKey: string;
  /** JSON; see `headers-json.ts`. */
  readonly headers: string;
  readonly body: mongo.Binary;
  readonly bodyLength: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/**
 * What is kept of a reject, small enough for any store. The same reject of the same message has the same `_id`, so that
 * keeping it twice changes nothing. A message without a UUID gets a fresh one here: make the document once, and repeat
 * only the writing of it.
 *
 * @param at microseconds since the Unix epoch.
 */
export function deadLetterOf(reject: Reject, message: WireMessage, at: number, makeId: IdMaker): DeadLetterDocument {
  const { bytes, index, reason } = reject;
  const id = uuidText(new mongo.Binary(messageUuid(message) ?? makeId()));
  return {
    _id: `${id}:${index}`,
    at: new Date(Math.floor(at / MILLISECOND_US)),
    reason,
    message: cutToBytes(reject.message, MAX_MESSAGE_BYTES),
    routingKey: cutToBytes(message.routingKey, MAX_ROUTING_KEY_BYTES),
    headers: headersJson(message.headers),
    body: new mongo.Binary(bytes.subarray(0, MAX_DEAD_BODY_BYTES)),
    bodyLength: bytes.length,
    sha256: hash('sha256', bytes, 'hex'),
  };
}
