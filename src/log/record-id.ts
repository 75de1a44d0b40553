import { CONTENT_HASH_BYTES, type RecordKey } from './record-order';
import { SEVERITIES, severityRank } from './severity';

/** The first character of every id; another layout gets another digit. */
const FORMAT = '1';
const HASH_AT = 9;
const SERVICE_AT = HASH_AT + CONTENT_HASH_BYTES;

/**
 * An id says where its record is, so that it needs no storing and survives merging: the format digit, then base64url of
 * time (8 bytes), severity (1), content hash (12) and service. At least 30 characters. Equal records share an id.
 */
export function encodeRecordId(key: RecordKey): string {
  const service = Buffer.from(key.service, 'utf8');
  const bytes = Buffer.allocUnsafe(SERVICE_AT + service.length);
  bytes.writeBigInt64BE(BigInt(key.timestamp), 0);
  bytes.writeUInt8(severityRank(key.severity), 8);
  bytes.write(key.contentHash, HASH_AT, CONTENT_HASH_BYTES, 'hex');
  service.copy(bytes, SERVICE_AT);
  return FORMAT + bytes.toString('base64url');
}

/** The key within an id, or null when the text is no id. */
export function decodeRecordId(id: string): RecordKey | null {
  if (!/^1[A-Za-z0-9_-]{29,}$/.test(id)) return null;
  const bytes = Buffer.from(id.slice(FORMAT.length), 'base64url');
  const timestamp = Number(bytes.readBigInt64BE(0));
  const severity = SEVERITIES[bytes.readUInt8(8)];
  if (severity === undefined || !Number.isSafeInteger(timestamp) || bytes.length <= SERVICE_AT) return null;
  const key = {
    timestamp,
    severity,
    contentHash: bytes.toString('hex', HASH_AT, SERVICE_AT),
    service: bytes.toString('utf8', SERVICE_AT),
  };
  return encodeRecordId(key) === id ? key : null;
}
