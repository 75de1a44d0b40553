/**
 * What is in the file of a stopped server; whether it is whole is known before (saved-file.ts).
 *
 *     file   := { record }
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
  for (const { description, properties = NOTHING, body = NOTHING } of records) {
    for (const part of [Buffer.from(JSON.stringify(description)), properties, body]) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      yield length;
      yield part;
    }
  }
}

/** @throws Error where the bytes are not records. */
export function readRecords(bytes: Buffer): SavedRecord[] {
  const records: SavedRecord[] = [];
  let at = 0;
  const part = (): Buffer => {
    const start = at + 4;
    at = start + bytes.readUInt32BE(at);
    // A copy, so that one message does not keep the whole file in memory.
    return Buffer.from(bytes.subarray(start, at));
  };
  while (at < bytes.length) {
    const description: unknown = JSON.parse(part().toString());
    records.push({ description, properties: part(), body: part() });
  }
  return records;
}
