import { ATTRIBUTE, emptyAttributes, type LogRecord } from './log-record';
import type { Reject } from './reject';
import { longestCutoff, type RetentionPolicy, retentionCutoff } from './retention-policy';
import { formatTimestamp, hourOf, MAX_AHEAD_US } from './timestamp';
import { messageTime, messageUuid, type WireMessage } from './wire-message';

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
 * Gathers what one message holds. Which part a record belongs to depends on a message with a UUID alone, never on when
 * it is read: "ahead" is measured from the message's own time. Where that time itself can not be right, because it lies
 * beyond a day ahead of the reader's clock or before the end of the longest retention, the reader's clock gives the times, and only
 * the times: what was stored is known again all the same.
 */
export class MessageReading {
  /** The time of records that have no usable one, microseconds; what "too old" is measured from. */
  readonly reference: number;
  private readonly uuid: Buffer | null;
  private readonly lastUsable: number;
  /** Later hours have their times replaced, each as a whole, so that no part comes to cross an hour. */
  private readonly lastHour: number;
  private readonly byHour = new Map<number, LogRecord[]>();
  private readonly rejects: Reject[] = [];
  private latest: { hour: number; records: LogRecord[] } | null = null;

  constructor(
    message: WireMessage,
    private readonly context: DecodeContext,
  ) {
    const { now, retention } = context;
    const own = messageTime(message) ?? now;
    const isAhead = own > now + MAX_AHEAD_US;
    const isPast = own < longestCutoff(retention, now);
    this.uuid = messageUuid(message);
    this.reference = isAhead || isPast ? now : own;
    this.lastUsable = (this.uuid === null ? this.reference : own) + MAX_AHEAD_US;
    this.lastHour = isAhead ? hourOf(now + MAX_AHEAD_US) : Infinity;
  }

  /** Whether a record's own time is used: it is not too far ahead. */
  isUsable(time: number): boolean {
    return time <= this.lastUsable;
  }

  reject(reject: Reject): void {
    this.rejects.push(reject);
  }

  /** Takes a record, `timestamp` its own or the {@link reference}. `bytesAt` gives its bytes should it be refused. */
  add(record: LogRecord, isOwnTime: boolean, index: number, bytesAt: (index: number) => Buffer): void {
    const cutoff = retentionCutoff(this.context.retention, record.service, record.severity, this.reference);
    if (record.timestamp < cutoff) {
      const message = `${formatTimestamp(record.timestamp)} is before ${formatTimestamp(cutoff)}, the end of retention`;
      this.rejects.push({ index, reason: 'too_old', message, bytes: bytesAt(index) });
      return;
    }
    const hour = isOwnTime ? hourOf(record.timestamp) : 0;
    this.recordsOf(hour).push(hour > this.lastHour ? this.atReference(record) : record);
  }

  done(): DecodedMessage {
    const parts = Array.from(this.byHour, ([hour, records]) => ({ id: this.partId(hour), records }));
    return { parts, rejects: this.rejects };
  }

  private atReference(record: LogRecord): LogRecord {
    const attributes = Object.assign(emptyAttributes(), record.attributes);
    attributes[ATTRIBUTE.originalTimestamp] = formatTimestamp(record.timestamp);
    return { ...record, timestamp: this.reference, attributes };
  }

  private recordsOf(hour: number): LogRecord[] {
    if (this.latest?.hour === hour) return this.latest.records;
    const records = this.byHour.get(hour) ?? [];
    this.byHour.set(hour, records);
    this.latest = { hour, records };
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
