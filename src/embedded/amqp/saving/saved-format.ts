import { crc32 } from 'node:zlib';

/**
 * The file of a stopped server: records, then a check sum of all that is before it.
 *
 *     file   := { record } crc32(4)
 *     record := part part part
 *     part   := length(4) bytes
 *
 * The parts of a record are its description in JSON, and for a message its properties and its body.
 */
export interface SavedRecord {
  description: unknown;
  properties: Buffer;
  body: Buffer;
}

const NOTHING = Buffer.alloc(0);

export function* writeRecords(
  records: Iterable<Pick<SavedRecord, 'description'> & Partial<SavedRecord>>,
): Generator<Buffer> {
  let sum = 0;
  for (const { description, properties = NOTHING, body = NOTHING } of records) {
    for (const part of [Buffer.from(JSON.stringify(description)), properties, body]) {
      const length = number(part.length);
      sum = crc32(length, sum);
      if (part.length > 0) sum = crc32(part, sum); // for no bytes zlib may start again at 0
      yield length;
      yield part;
    }
  }
  yield number(sum);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** @throws Error where the bytes are not what was written. */
export function readRecords(bytes: Buffer): SavedRecord[] {
  const end = bytes.length - 4;
  if (end < 0 || crc32(bytes.subarray(0, end)) !== bytes.readUInt32BE(end)) throw new Error('its check sum is wrong');
  const records: SavedRecord[] = [];
  let at = 0;
  const part = (): Buffer => {
    const start = at + 4;
    at = start + bytes.readUInt32BE(at);
    // A copy, so that one message does not keep the whole file in memory.
    return Buffer.from(bytes.subarray(start, at));
  };
  while (at < end) {
    const description: unknown = JSON.parse(part().toString());
    records.push({ description, properties: part(), body: part() });
  }
  return records;
}
