import { readForeignMessage } from './foreign-message';
import { cleanService, withinLimits } from './limits';
import { type Attributes, ATTRIBUTE, emptyAttributes, type LogRecord } from './log-record';
import { decodePack, PACK_CONTENT_TYPE } from './pack';
import { hasUsableTime, settle } from './record-draft';
import type { Reject, RejectReason } from './reject';
import { type RetentionPolicy, retentionCutoff } from './retention-policy';
import { parseRoutingKey } from './routing-key';
import { DEFAULT_SEVERITY, parseSeverity, type Severity } from './severity';
import { formatTimestamp, hourOf, MAX_AHEAD_US } from './timestamp';
import { headerText, mediaType, messageTime, messageUuid, type WireMessage } from './wire-message';

/** A longer message is not read. */
export const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;
/** A message of more records is not read. */
export const MAX_MESSAGE_RECORDS = 10_000;
const PART_ID_BYTES = 20;

/** The records of one message that fall into one UTC hour: what is stored as one chunk, and known again by its id. */
export interface Part {
  /** The message's UUID and the hour (int32, big endian); null when it has no UUID and so may be stored twice. */
  readonly id: Buffer | null;
  /** All of one service and severity, in the order of the message; not empty. */
  readonly records: LogRecord[];
}

export interface DecodedMessage {
  readonly parts: Part[];
  readonly rejects: Reject[];
}

/** What a message is read against. */
export interface DecodeContext {
  /** The reader's clock, microseconds. */
  readonly now: number;
  readonly retention: RetentionPolicy;
}

/**
 * Reads a message into parts and rejects; everything in it ends up in one of the two. A message with a UUID gives the
 * same parts with the same ids at every reading, so that a second delivery is known by them. Records that have no usable
 * time of their own take the message's, or else the reader's clock; they form one part, whose id has hour 0.
 */
export function decodeMessage(message: WireMessage, context: DecodeContext): DecodedMessage {
  const size = message.body.length;
  if (size > MAX_MESSAGE_BYTES) {
    return wholeRejected(message, 'message_too_large', `${size} bytes; at most ${MAX_MESSAGE_BYTES} are read`);
  }
  const reading = new Reading(message, context);
  return mediaType(message) === PACK_CONTENT_TYPE ? readPack(message, reading) : readSingle(message, reading);
}

function wholeRejected(message: WireMessage, reason: RejectReason, text: string): DecodedMessage {
  return { parts: [], rejects: [{ index: -1, reason, message: text, bytes: message.body }] };
}

function readSingle(message: WireMessage, reading: Reading): DecodedMessage {
  const draft = readForeignMessage(message);
  if ('reason' in draft) return wholeRejected(message, draft.reason, draft.message);
  const isOwnTime = hasUsableTime(draft, reading.reference);
  const timestamp = isOwnTime && draft.time !== null ? draft.time.timestamp : reading.reference;
  reading.add(settle(draft, { timestamp, isOwnTime }), isOwnTime, 0, () => message.body);
  return reading.done();
}

function readPack(message: WireMessage, reading: Reading): DecodedMessage {
  const { records, indexes, bad } = decodePack(message.body);
  const found = records.length + bad.length;
  if (found > MAX_MESSAGE_RECORDS) {
    return wholeRejected(message, 'message_too_large', `${found} records; at most ${MAX_MESSAGE_RECORDS} are read`);
  }
  if (found === 0) return wholeRejected(message, 'empty', 'a pack without records');
  for (const { index, message: text, bytes } of bad)
    reading.reject({ index, reason: 'malformed', message: text, bytes });
  const names = namesOfPack(message);
  records.forEach((packed, i) => {
    const isOwnTime = packed.timestamp !== null && packed.timestamp <= reading.reference + MAX_AHEAD_US;
    const attributes = packAttributes(packed.attributes, names.severityText, isOwnTime ? null : packed.timestamp);
    const record = withinLimits({
      timestamp: isOwnTime && packed.timestamp !== null ? packed.timestamp : reading.reference,
      service: names.service,
      severity: names.severity,
      body: packed.body,
      attributes,
    });
    reading.add(record, isOwnTime, indexes[i] ?? i, () => lineOfPack(message.body, indexes[i] ?? i));
  });
  checkCount(message, found, reading);
  return reading.done();
}

function namesOfPack(message: WireMessage): { service: string; severity: Severity; severityText: string | null } {
  const key = parseRoutingKey(message.routingKey);
  const given = headerText(message, 'severity');
  const severity = (given === null ? null : parseSeverity(given)) ?? key.severity;
  return {
    service: cleanService(headerText(message, 'service') ?? key.service ?? ''),
    severity: severity ?? DEFAULT_SEVERITY,
    severityText: severity === null ? (given ?? (key.severityText === '' ? null : key.severityText)) : null,
  };
}

function packAttributes(attributes: Attributes, severityText: string | null, lostTime: number | null): Attributes {
  if (severityText === null && lostTime === null) return attributes;
  const marked = Object.assign(emptyAttributes(), attributes);
  if (severityText !== null) marked[ATTRIBUTE.severityText] = severityText;
  if (lostTime !== null) marked[ATTRIBUTE.originalTimestamp] = String(lostTime);
  return marked;
}

function lineOfPack(body: Buffer, index: number): Buffer {
  let start = 0;
  for (let line = 0; line < index; line++) start = body.indexOf(0x0a, start) + 1;
  const newline = body.indexOf(0x0a, start);
  return body.subarray(start, newline < 0 ? body.length : newline);
}

/** A pack that says how many records it holds and holds another number was cut or spoilt on its way: keep its bytes. */
function checkCount(message: WireMessage, found: number, reading: Reading): void {
  const count = message.headers['count'];
  if (count === undefined || Number(count) === found) return;
  const text = `header "count" says ${String(count)}, the pack holds ${found}; what could be read is stored`;
  reading.reject({ index: -1, reason: 'count_mismatch', message: text, bytes: message.body });
}

/** Gathers what one message holds. */
class Reading {
  /** What records without a usable time get, and what "ahead" and "too old" are measured from. */
  readonly reference: number;
  private readonly uuid: Buffer | null;
  private readonly byHour = new Map<number, LogRecord[]>();
  private readonly rejects: Reject[] = [];
  private lastHour: { hour: number; records: LogRecord[] } | null = null;

  constructor(
    message: WireMessage,
    private readonly context: DecodeContext,
  ) {
    this.uuid = messageUuid(message);
    const own = messageTime(message);
    this.reference = own !== null && isBelievable(own, context) ? own : context.now;
  }

  reject(reject: Reject): void {
    this.rejects.push(reject);
  }

  add(record: LogRecord, isOwnTime: boolean, index: number, bytes: () => Buffer): void {
    const cutoff = retentionCutoff(this.context.retention, record.service, record.severity, this.reference);
    if (record.timestamp < cutoff) {
      const message = `${formatTimestamp(record.timestamp)} is before ${formatTimestamp(cutoff)}, the end of retention`;
      this.rejects.push({ index, reason: 'too_old', message, bytes: bytes() });
      return;
    }
    this.recordsOf(isOwnTime ? hourOf(record.timestamp) : 0).push(record);
  }

  done(): DecodedMessage {
    const parts = Array.from(this.byHour, ([hour, records]) => ({ id: this.partId(hour), records }));
    return { parts, rejects: this.rejects };
  }

  private recordsOf(hour: number): LogRecord[] {
    if (this.lastHour?.hour === hour) return this.lastHour.records;
    const records = this.byHour.get(hour) ?? [];
    this.byHour.set(hour, records);
    this.lastHour = { hour, records };
    return records;
  }

  private partId(hour: number): Buffer | null {
    if (this.uuid === null) return null;
    const id = Buffer.allocUnsafe(PART_ID_BYTES);
    this.uuid.copy(id);
    id.writeInt32BE(hour, 16);
    return id;
  }
}

/** A message's own time counts only where a record with it would be shown. */
function isBelievable(time: number, { now, retention }: DecodeContext): boolean {
  return time <= now + MAX_AHEAD_US && time >= retentionCutoff(retention, '', DEFAULT_SEVERITY, now);
}
