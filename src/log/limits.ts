import {
  ATTRIBUTE,
  emptyAttributes,
  type AttributeValue,
  type LogRecord,
  NO_ATTRIBUTES,
  UNKNOWN_SERVICE,
} from './log-record';

/** A body and its attributes together hold at most this many UTF-8 bytes. */
export const MAX_RECORD_BYTES = 256 * 1024;
/** A service name is cut to this many UTF-8 bytes. */
export const MAX_SERVICE_BYTES = 1024;
const MAX_ATTRIBUTES = 256;
const MAX_NAME_BYTES = 256;
const MAX_VALUE_BYTES = 16 * 1024;
const MAX_ATTRIBUTES_BYTES = 64 * 1024;

/** No UTF-16 unit takes more than three UTF-8 bytes, so a shorter string needs no counting. */
const CERTAINLY_FITS = (characters: number, bytes: number): boolean => characters * 3 <= bytes;

/** `text` cut to at most `bytes` of UTF-8, never inside a character. */
export function cutToBytes(text: string, bytes: number): string {
  if (CERTAINLY_FITS(text.length, bytes)) return text;
  const encoded = Buffer.from(text, 'utf8');
  if (encoded.length <= bytes) return text;
  let end = bytes;
  while (end > 0 && ((encoded[end] ?? 0) & 0xc0) === 0x80) end--;
  return encoded.toString('utf8', 0, end);
}

/** A service name as it is kept: trimmed, never empty, at most {@link MAX_SERVICE_BYTES}. */
export function cleanService(name: string): string {
  const trimmed = name.trim();
  return trimmed === '' ? UNKNOWN_SERVICE : cutToBytes(trimmed, MAX_SERVICE_BYTES);
}

/**
 * The record within its limits: what is too long is cut, and attributes say so (`truncated_from`,
 * `attributes_dropped`). A record that fits is returned as it is.
 */
export function withinLimits(record: LogRecord): LogRecord {
  const attributes = attributesWithinLimits(record.attributes);
  if (attributes.bytes === 0 && CERTAINLY_FITS(record.body.length, MAX_RECORD_BYTES)) return record;
  const room = MAX_RECORD_BYTES - attributes.bytes;
  const body = cutToBytes(record.body, room);
  if (body.length === record.body.length) {
    return attributes.kept === record.attributes ? record : { ...record, attributes: attributes.kept };
  }
  const marked = Object.assign(emptyAttributes(), attributes.kept);
  marked[ATTRIBUTE.truncatedFrom] = Buffer.byteLength(record.body);
  return { ...record, body, attributes: marked };
}

interface Fitted {
  kept: Readonly<Record<string, AttributeValue>>;
  bytes: number;
}

function attributesWithinLimits(attributes: LogRecord['attributes']): Fitted {
  if (attributes === NO_ATTRIBUTES) return { kept: attributes, bytes: 0 };
  let bytes = 0;
  let count = 0;
  for (const name in attributes) {
    const value = attributes[name];
    const valueBytes = typeof value === 'string' ? value.length * 3 : 24;
    if (valueBytes > MAX_VALUE_BYTES || name.length * 3 > MAX_NAME_BYTES) return cutAttributes(attributes);
    bytes += name.length * 3 + valueBytes;
    count++;
  }
  return bytes > MAX_ATTRIBUTES_BYTES || count > MAX_ATTRIBUTES
    ? cutAttributes(attributes)
    : { kept: attributes, bytes };
}

function cutAttributes(attributes: LogRecord['attributes']): Fitted {
  const kept = emptyAttributes();
  let bytes = 0;
  let count = 0;
  let dropped = 0;
  for (const name in attributes) {
    const shortName = cutToBytes(name, MAX_NAME_BYTES);
    const given = attributes[name] ?? '';
    const value = typeof given === 'string' ? cutToBytes(given, MAX_VALUE_BYTES) : given;
    const size = Buffer.byteLength(shortName) + (typeof value === 'string' ? Buffer.byteLength(value) : 24);
    if (count >= MAX_ATTRIBUTES || bytes + size > MAX_ATTRIBUTES_BYTES) {
      dropped++;
      continue;
    }
    kept[shortName] = value;
    bytes += size;
    count++;
  }
  if (dropped > 0) kept[ATTRIBUTE.attributesDropped] = dropped;
  return { kept, bytes };
}
