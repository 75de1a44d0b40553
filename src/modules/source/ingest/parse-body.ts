import { setImmediate as nextTurn } from 'node:timers/promises';
import { isJsonObject } from '../../../log/json';
import type { LogRecord } from '../../../log/log-record';
import type { RejectReason } from '../../../log/reject';
import { decodeText } from '../../../log/text-encoding';
import { parseJsonText } from '../json-draft';
import { type Line, LineSplitter } from '../lines/line-splitter';
import type { RecordReader } from '../record-reader';
import { isRefused, type RefusedItem } from '../refused-item';
import { bodyKind } from './body-kind';
import { draftOfPythonForm } from './python-form';
import { UnreadableBody } from './unreadable-body';

/** So many rejected items are told one by one; the rest are counted. */
const MAX_ERRORS = 100;
/** After so many bytes or items others get their turn. */
const TURN_BYTES = 256 * 1024;
const TURN_ITEMS = 2_000;

const LF = 0x0a;
const OPENING_BRACE = 0x7b;

/** A rejected item. */
export interface ItemError {
  /** Its place among the items of the body, from 0; empty lines do not count. -1: the body as a whole. */
  readonly index: number;
  readonly code: RejectReason;
  readonly message: string;
}

/** What a body holds. Every item is either a record or counted as rejected. */
export class ParsedBody {
  readonly records: LogRecord[] = [];
  readonly rejected = new Map<RejectReason, number>();
  readonly errors: ItemError[] = [];
  private items = 0;

  add(item: LogRecord | RefusedItem): void {
    const index = this.items++;
    if (!isRefused(item)) this.records.push(item);
    else {
      this.rejected.set(item.reason, (this.rejected.get(item.reason) ?? 0) + 1);
      if (this.errors.length < MAX_ERRORS) this.errors.push({ index, code: item.reason, message: item.message });
    }
  }

  get rejectedCount(): number {
    return this.items - this.records.length;
  }
}

/**
 * Reads all of a body. Throws {@link UnreadableBody} when it is one document and cannot be read, ApiError `unsupported`
 * when its type is none that we read. A body of white space holds nothing, which is no error.
 */
export async function parseBody(
  body: Buffer,
  contentType: string | undefined,
  reader: RecordReader,
  now: number,
): Promise<ParsedBody> {
  const kind = bodyKind(contentType, (bytes) => body.toString('utf8', 0, bytes));
  const parsed = new ParsedBody();
  if (isBlank(body)) return parsed;
  if (kind === 'json' && !isJsonLines(body)) await readDocument(body, reader, now, parsed);
  else if (kind === 'lines') await eachLine(body, (line) => parsed.add(reader.readLine(line, now)));
  else if (kind === 'form') parsed.add(readForm(body, reader, now));
  else await eachLine(body, (line) => line.text.trim() !== '' && parsed.add(reader.readJsonLine(line, now)));
  return parsed;
}

const WHITE_SPACE = new Set([0x20, 0x09, 0x0a, 0x0d]);

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => WHITE_SPACE.has(byte));
}

/** Lets others have their turn in between: a body may hold half a million lines. */
async function eachLine(body: Buffer, take: (line: Line) => unknown): Promise<void> {
  const splitter = new LineSplitter(body.length);
  for (let start = 0; start < body.length; start += TURN_BYTES) {
    splitter.push(body.subarray(start, start + TURN_BYTES)).forEach(take);
    await nextTurn();
  }
  splitter.end().forEach(take);
}

/** Whether the first line is a JSON value of its own and more follows: then each line is one, whatever the label says. */
function isJsonLines(body: Buffer): boolean {
  const start = body.indexOf(OPENING_BRACE);
  const newline = body.indexOf(LF, start);
  if (start < 0 || newline < 0 || decodeText(body.subarray(0, start)).text.trim() !== '') return false;
  if (isBlank(body.subarray(newline))) return false;
  return 'json' in parseJsonText(decodeText(body.subarray(start, newline)).text);
}

async function readDocument(body: Buffer, reader: RecordReader, now: number, parsed: ParsedBody): Promise<void> {
  const { text, isLatin1 } = decodeText(body);
  const items = itemsOf(text.replace(/^\ufeff/, ''));
  for (let i = 0; i < items.length; i++) {
    parsed.add(reader.readJsonValue(items[i], isLatin1, now));
    if (i % TURN_ITEMS === TURN_ITEMS - 1) await nextTurn();
  }
}

function itemsOf(document: string): readonly unknown[] {
  const value = parseJsonText(document);
  if (!('json' in value)) {
    throw new UnreadableBody(`${value.message}; several objects, one a line, are application/x-ndjson`);
  }
  if (Array.isArray(value.json)) return value.json;
  if (isJsonObject(value.json)) return isBatch(value.json) ? value.json.logs : [value.json];
  throw new UnreadableBody('JSON, but neither an object nor an array');
}

/** `{"logs":[...]}` and nothing else is a batch; an object that says more is a record with an attribute `logs`. */
function isBatch(value: Record<string, unknown>): value is { logs: unknown[] } {
  return Array.isArray(value['logs']) && Object.keys(value).length === 1;
}

function readForm(body: Buffer, reader: RecordReader, now: number): LogRecord | RefusedItem {
  const { text, isLatin1 } = decodeText(body);
  const draft = draftOfPythonForm(text.trim());
  return isRefused(draft) ? draft : reader.readDraft(draft, isLatin1, now);
}
