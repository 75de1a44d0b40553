import { isUtf8 } from 'node:buffer';
import { isJsonObject } from './json';
import { ATTRIBUTE, type Attributes, emptyAttributes, type LogRecord, NO_ATTRIBUTES } from './log-record';
import { attributesJson } from './record-order';
import { decodeText } from './text-encoding';

const NEWLINE = 0x0a;
/** JSON's white space only: what else looks blank is somebody's text. */
const BLANK = /^[ \t\r]*$/;

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
interface BadLine {
  readonly index: number;
  readonly message: string;
  readonly bytes: Buffer;
}

export interface DecodedPack {
  /** In the order of their lines; `indexes[i]` is the line of `records[i]`. */
  readonly records: PackedRecord[];
  readonly indexes: number[];
  readonly bad: BadLine[];
  /** How many lines were read, blank ones included. */
  readonly lines: number;
}

/**
 * Reads a pack. A line that cannot be read is reported and does not touch the others; a blank one is none. A pack of
 * more than `most` lines is not read to its end; its `lines` are then more than `most`.
 */
export function decodePack(body: Buffer, most = Infinity): DecodedPack {
  return decodeWhole(body) ?? decodeLineByLine(body, most);
}

/** The bytes of each line of a pack; empty where a line does not stand for a record, so that no line may be blamed. */
export function linesOfPack(body: Buffer, { lines }: DecodedPack): Buffer[] {
  const found: Buffer[] = [];
  for (const line of linesOf(body)) if (found.push(line) > lines) break;
  return found.length === lines ? found : [];
}

function* linesOf(body: Buffer): Generator<Buffer> {
  for (let start = 0; start < body.length;) {
    const newline = body.indexOf(NEWLINE, start);
    const end = newline < 0 ? body.length : newline;
    yield body.subarray(start, end);
    start = end + 1;
  }
}

/** The fast way: all lines as one JSON array, in one call. Null when anything about them is unusual. */
function decodeWhole(body: Buffer): DecodedPack | null {
  if (!isUtf8(body)) return null;
  const text = body.toString('utf8');
  let values: unknown[];
  try {
    // The newlines stay: in the middle of a text JSON refuses one, where a comma alone would have become part of it.
    values = JSON.parse(`[${(text.endsWith('\n') ? text.slice(0, -1) : text).replaceAll('\n', ',\n')}]`) as unknown[];
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
  return { records, indexes, bad: [], lines: values.length };
}

function decodeLineByLine(body: Buffer, most: number): DecodedPack {
  const records: PackedRecord[] = [];
  const indexes: number[] = [];
  const bad: BadLine[] = [];
  let index = 0;
  for (const bytes of linesOf(body)) {
    if (index > most) break;
    const record = parsePackLine(bytes);
    if (typeof record === 'string') bad.push({ index, message: record, bytes });
    else if (record !== null) {
      records.push(record);
      indexes.push(index);
    }
    index++;
  }
  return { records, indexes, bad, lines: index };
}

/** The record of a line, what is wrong with it, or null when it is blank. */
function parsePackLine(bytes: Buffer): PackedRecord | string | null {
  const { text, isLatin1 } = decodeText(bytes);
  if (BLANK.test(text)) return null;
  try {
    const record = packedRecord(JSON.parse(text));
    return isLatin1 && typeof record !== 'string' ? marked(record, ATTRIBUTE.encoding, 'latin1') : record;
  } catch (error) {
    return `line is not JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** What a stranger should know who labelled JSON of his own so. */
const OTHERS = `: ${PACK_CONTENT_TYPE} is for packs of a source; send a record a message, as application/json`;

/** The record of a parsed line, or what is wrong with it. */
function packedRecord(value: unknown): PackedRecord | string {
  if (!isJsonObject(value)) return 'line is not a JSON object';
  const { t, b, a } = value;
  if (typeof b !== 'string') return `field "b" (the body) is missing or no text${OTHERS}`;
  const attributes = a === undefined ? NO_ATTRIBUTES : packedAttributes(a);
  if (typeof attributes === 'string') return attributes;
  if (typeof t === 'number' && Number.isSafeInteger(t)) return { timestamp: t, body: b, attributes };
  const record = { timestamp: null, body: b, attributes };
  if (t === undefined || t === null) return record;
  const isText = typeof t === 'string' || typeof t === 'number' || typeof t === 'boolean';
  return isText ? marked(record, ATTRIBUTE.originalTimestamp, String(t)) : 'field "t" (the time) is no number';
}

function packedAttributes(given: unknown): Attributes | string {
  if (!isJsonObject(given)) return 'field "a" (the attributes) is no object';
  const attributes = emptyAttributes();
  for (const name in given) {
    const value = given[name];
    const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    if (!isPlain) return `attribute ${JSON.stringify(name.slice(0, 100))} is neither text, number nor boolean`;
    attributes[name] = value === Infinity || value === -Infinity ? String(value) : value; // JSON has no such number
  }
  return attributes;
}

function marked(record: PackedRecord, name: string, value: string): PackedRecord {
  const attributes = Object.assign(emptyAttributes(), record.attributes);
  attributes[name] = value;
  return { ...record, attributes };
}
