import {
  ATTRIBUTE,
  type Attributes,
  emptyAttributes,
  type LogRecord,
  NO_ATTRIBUTES,
  UNKNOWN_SERVICE,
} from './log-record';

/** A body and its attributes together hold at most this many UTF-8 bytes. */
export const MAX_RECORD_BYTES = 256 * 1024;
/** A service name is cut to this many UTF-8 bytes. */
export const MAX_SERVICE_BYTES = 1024;
export const MAX_ATTRIBUTES = 256;
export const MAX_ATTRIBUTES_BYTES = 64 * 1024;
/** Of one attribute. */
export const MAX_NAME_BYTES = 256;
export const MAX_VALUE_BYTES = 16 * 1024;
/** A number or boolean as JSON takes no more. */
const PLAIN_VALUE_BYTES = 24;
/** What is cut leaves room for the attributes that say so, and therefore fits when it is looked at again. */
const MARKS = 3;
const MARKS_BYTES = MARKS * 64;

/** No UTF-16 unit takes more than three UTF-8 bytes, so a short text needs no counting. */
const atMostBytes = (text: string): number => text.length * 3;
const exactBytes = (text: string): number => Buffer.byteLength(text);

/** `text` cut to at most `bytes` of UTF-8, never inside a character. */
export function cutToBytes(text: string, bytes: number): string {
  if (atMostBytes(text) <= bytes) return text;
  const encoded = Buffer.from(text, 'utf8');
  if (encoded.length <= bytes) return text;
  let end = bytes;
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end--;
  return encoded.toString('utf8', 0, end);
}

const SURROGATE = /[\ud800-\udfff]/;

/**
 * A service name as it is kept: trimmed, never empty, at most {@link MAX_SERVICE_BYTES}; half a surrogate pair becomes
 * U+FFFD already here, as the broker and the store would make it, because records are told apart by their service.
 */
export function cleanService(name: string): string {
  const wellFormed = SURROGATE.test(name) ? Buffer.from(name, 'utf8').toString('utf8') : name;
  const trimmed = cutToBytes(wellFormed.trim(), MAX_SERVICE_BYTES).trimEnd();
  return trimmed === '' ? UNKNOWN_SERVICE : trimmed;
}

/**
 * The record within its limits: what is too long is cut, and attributes say so (`truncated_from`, `attributes_dropped`,
 * `attributes_cut`). A record that fits is returned as it is.
 */
export function withinLimits(record: LogRecord): LogRecord {
  return fits(record, atMostBytes) || fits(record, exactBytes) ? record : cut(record);
}

function fits({ body, attributes }: LogRecord, bytesOf: (text: string) => number): boolean {
  let bytes = 0;
  if (attributes !== NO_ATTRIBUTES) {
    let count = 0;
    for (const name in attributes) {
      const value = attributes[name];
      const nameBytes = bytesOf(name);
      const valueBytes = typeof value === 'string' ? bytesOf(value) : PLAIN_VALUE_BYTES;
      if (nameBytes > MAX_NAME_BYTES || valueBytes > MAX_VALUE_BYTES || ++count > MAX_ATTRIBUTES) return false;
      bytes += nameBytes + valueBytes;
    }
    if (bytes > MAX_ATTRIBUTES_BYTES) return false;
  }
  return bytes + bytesOf(body) <= MAX_RECORD_BYTES;
}

function cut(record: LogRecord): LogRecord {
  const { attributes, bytes } = cutAttributes(record.attributes);
  const body = cutToBytes(record.body, MAX_RECORD_BYTES - MARKS_BYTES - bytes);
  if (body !== record.body) attributes[ATTRIBUTE.truncatedFrom] = exactBytes(record.body);
  return { ...record, body, attributes };
}

function cutAttributes(given: Attributes): { attributes: ReturnType<typeof emptyAttributes>; bytes: number } {
  const attributes = emptyAttributes();
  let bytes = 0;
  let kept = 0;
  let shortened = 0;
  let dropped = 0;
  for (const [name, value] of Object.entries(given)) {
    const shortName = cutToBytes(name, MAX_NAME_BYTES);
    const shortValue = typeof value === 'string' ? cutToBytes(value, MAX_VALUE_BYTES) : value;
    const valueBytes = typeof shortValue === 'string' ? exactBytes(shortValue) : PLAIN_VALUE_BYTES;
    const size = exactBytes(shortName) + valueBytes;
    const isRoom = kept < MAX_ATTRIBUTES - MARKS && bytes + size <= MAX_ATTRIBUTES_BYTES - MARKS_BYTES;
    if (!isRoom || shortName in attributes) {
      dropped++;
      continue;
    }
    attributes[shortName] = shortValue;
    bytes += size;
    kept++;
    if (shortName !== name || shortValue !== value) shortened++;
  }
  if (dropped > 0) attributes[ATTRIBUTE.attributesDropped] = dropped;
  if (shortened > 0) attributes[ATTRIBUTE.attributesCut] = shortened;
  return { attributes, bytes };
}
