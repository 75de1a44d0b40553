import { hash } from 'node:crypto';
import { type Attributes, type LogRecord, NO_ATTRIBUTES } from './log-record';
import { severityRank } from './severity';

/** Bytes of the content hash that order and ids use. */
export const CONTENT_HASH_BYTES = 12;

/** What stands for a record in the total order: time, service, severity, content hash. */
export interface RecordKey {
  readonly timestamp: number;
  readonly service: string;
  readonly severity: LogRecord['severity'];
  /** Of body and attributes, {@link CONTENT_HASH_BYTES} long, as hexadecimal text. */
  readonly contentHash: string;
}

/** Attributes as stored and hashed; empty text for none. */
export function attributesJson(attributes: Attributes): string {
  if (attributes === NO_ATTRIBUTES) return '';
  const json = JSON.stringify(attributes);
  return json === '{}' ? '' : json;
}

/** The hash that tells records of one time, service and severity apart; equal records have equal hashes. */
export function contentHash(record: Pick<LogRecord, 'body' | 'attributes'>): string {
  return hash('sha256', `${record.body}\n${attributesJson(record.attributes)}`, 'hex').slice(0, CONTENT_HASH_BYTES * 2);
}

export function keyOf(record: LogRecord): RecordKey {
  return {
    timestamp: record.timestamp,
    service: record.service,
    severity: record.severity,
    contentHash: contentHash(record),
  };
}

/** The total order, ascending: negative when `a` comes first, 0 when the records are equal. */
export function compareKeys(a: RecordKey, b: RecordKey): number {
  return compareWithoutContent(a, b) || (a.contentHash < b.contentHash ? -1 : a.contentHash > b.contentHash ? 1 : 0);
}

/** As {@link compareKeys}; hashes are computed only where time, service and severity leave a tie. */
export function compareRecords(a: LogRecord, b: LogRecord): number {
  return compareWithoutContent(a, b) || (a === b ? 0 : compareKeys(keyOf(a), keyOf(b)));
}

type Placed = Pick<LogRecord, 'timestamp' | 'service' | 'severity'>;

/** The total order as far as time, service and severity decide it; 0 where only the content does. */
export function compareWithoutContent(a: Placed, b: Placed): number {
  if (a.timestamp !== b.timestamp) return a.timestamp - b.timestamp;
  if (a.service !== b.service) return a.service < b.service ? -1 : 1;
  return severityRank(a.severity) - severityRank(b.severity);
}
