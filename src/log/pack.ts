import { type Attributes, emptyAttributes, type LogRecord, NO_ATTRIBUTES } from './log-record';
import { isJsonObject } from './json';
import { attributesJson } from './record-order';

/** A pack leaves when it holds this many records, */
export const MAX_PACK_RECORDS = 500;
/** or this many bytes. */
export const MAX_PACK_BYTES = 1024 * 1024;
export const PACK_CONTENT_TYPE = 'application/x-ndjson';

/** One line of a pack: `{"t":microseconds,"b":body,"a":{attributes}}`, `a` left out when empty; ends with a newline. */
export function packLine(record: Pick<LogRecord, 'timestamp' | 'body' | 'attributes'>): string {
  const attributes = attributesJson(record.attributes);
  const rest = attributes === '' ? '}\n' : `,"a":${attributes}}\n`;
  return `{"t":${record.timestamp},"b":${JSON.stringify(record.body)}${rest}`;
}

/** A record as a pack carries it: service and severity are the pack's. `t` is null where the line had no usable time. */
export interface PackedRecord {
  readonly timestamp: number | null;
  readonly body: string;
  readonly attributes: Attributes;
}

/** A line of a pack that is no record. */
export interface BadLine {
  readonly index: number;
  readonly message: string;
  readonly bytes: Buffer;
}

export interface DecodedPack {
  /** In the order of their lines; `indexes[i]` is the line of `records[i]`. */
  readonly records: PackedRecord[];
  readonly indexes: number[];
  readonly bad: BadLine[];
}

/** Reads a pack. A line that cannot be read is reported and does not touch the others. */
export function decodePack(body: Buffer): DecodedPack {
  return decodeWhole(body) ?? decodeLineByLine(body);
}

/** The fast way: all lines as one JSON array, in one call. Null when anything about them is unusual. */
function decodeWhole(body: Buffer): DecodedPack | null {
  const text = body.toString('utf8');
  let values: unknown[];
  try {
    values = JSON.parse(`[${(text.endsWith('\n') ? text.slice(0, -1) : text).replaceAll('\n', ',')}]`) as unknown[];
  } catch {
    return null; // not silent: decodeLineByLine reports the line and the reason
  }
  const records: PackedRecord[] = new Array<PackedRecord>(values.length);
  const indexes: number[] = new Array<number>(values.length);
  for (let index = 0; index < values.length; index++) {
    const record = packedRecord(values[index]);
    if (typeof record === 'string') return null;
    records[index] = record;
    indexes[index] = index;
  }
  return { records, indexes, bad: [] };
}

function decodeLineByLine(body: Buffer): DecodedPack {
  const decoded: DecodedPack = { records: [], indexes: [], bad: [] };
  let index = 0;
  for (let start = 0; start < body.length; index++) {
    const newline = body.indexOf(0x0a, start);
    const bytes = body.subarray(start, newline < 0 ? body.length : newline);
    start += bytes.length + 1;
    const record = parsePackLine(bytes);
    if (typeof record === 'string') decoded.bad.push({ index, message: record, bytes });
    else {
      decoded.records.push(record);
      decoded.indexes.push(index);
    }
  }
  return decoded;
}

function parsePackLine(bytes: Buffer): PackedRecord | string {
  try {
    return packedRecord(JSON.parse(bytes.toString('utf8')));
  } catch (error) {
    return `line is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The record of a parsed line, or what is wrong with it. */
function packedRecord(value: unknown): PackedRecord | string {
  if (!isJsonObject(value)) return 'line is not a JSON object';
  const { t, b, a } = value;
  if (typeof b !== 'string') return 'field "b" (the body) is missing or no text';
  const timestamp = Number.isSafeInteger(t) ? (t as number) : null;
  if (a === undefined) return { timestamp, body: b, attributes: NO_ATTRIBUTES };
  if (!isJsonObject(a)) return 'field "a" (the attributes) is no object';
  const attributes = emptyAttributes();
  for (const name in a) {
    const attribute = a[name];
    if (typeof attribute !== 'string' && typeof attribute !== 'number' && typeof attribute !== 'boolean') {
      return `attribute ${JSON.stringify(name)} is neither text, number nor boolean`;
    }
    attributes[name] = attribute;
  }
  return { timestamp, body: b, attributes };
}
