import { mongo } from 'mongoose';
import type { LogRecord } from '../log/log-record';
import { attributesJson } from '../log/record-order';
import type { Block, Codec } from './chunk';
import { type Effort, packColumn } from './codec';
import { MAX_VARINT_BYTES, writeVarint } from './varint';

/*
 * The three columns of a block, before compression (`codec.ts`):
 *   times       for each record, how far it is from the one before it, the first from the block's `from`: a varint
 *   bodies      for each record, the length of its body in UTF-16 units: a varint; then all bodies, one after the other, UTF-8
 *   attributes  the same of each record's attributes as JSON text; nothing for a record without any
 * Lengths count UTF-16 units, so that a reader makes one string of the whole column and cuts it, without looking for
 * the characters' boundaries. A lone half of a surrogate pair in a body is kept as U+FFFD, which hashes the same.
 */

/** A block ends when it holds this many records, */
export const MAX_BLOCK_RECORDS = 1_000;
/** or this many UTF-16 units of text; a single longer record makes a block of its own. */
export const MAX_BLOCK_TEXT = 1024 * 1024;

/** Blocks, and the bytes of their records before compression. */
export interface EncodedBlocks {
  readonly blocks: Block[];
  readonly bytes: number;
}

/** Blocks of records that are in their total order; not empty. */
export function encodeBlocks(records: readonly LogRecord[], codec: Codec, effort: Effort): EncodedBlocks {
  const blocks: Block[] = [];
  let bytes = 0;
  for (let start = 0; start < records.length;) {
    const texts = gatherTexts(records, start);
    const end = start + texts.bodies.length;
    const encoded = encodeBlock(records, start, end, texts, codec, effort);
    blocks.push(encoded.block);
    bytes += encoded.bytes;
    start = end;
  }
  return { blocks, bytes };
}

interface Texts {
  readonly bodies: string[];
  readonly attributes: string[];
  readonly hasAttributes: boolean;
}

/** The texts of one block, from `start` on. */
function gatherTexts(records: readonly LogRecord[], start: number): Texts {
  const bodies: string[] = [];
  const attributes: string[] = [];
  const end = Math.min(records.length, start + MAX_BLOCK_RECORDS);
  let length = 0;
  let hasAttributes = false;
  for (let i = start; i < end; i++) {
    const record = records[i];
    if (record === undefined) break;
    const json = attributesJson(record.attributes);
    length += record.body.length + json.length;
    if (length > MAX_BLOCK_TEXT && i > start) break;
    bodies.push(record.body);
    attributes.push(json);
    hasAttributes ||= json !== '';
  }
  return { bodies, attributes, hasAttributes };
}

function encodeBlock(
  records: readonly LogRecord[],
  start: number,
  end: number,
  texts: Texts,
  codec: Codec,
  effort: Effort,
): { block: Block; bytes: number } {
  let bytes = 0;
  const column = (raw: Uint8Array) => {
    bytes += raw.length;
    return new mongo.Binary(packColumn(raw, codec, effort));
  };
  const from = records[start]?.timestamp ?? 0;
  const to = records[end - 1]?.timestamp ?? 0;
  const times = column(timesColumn(records, start, end));
  const bodies = column(textColumn(texts.bodies));
  const base = { from, to, count: end - start, times, bodies };
  const block = texts.hasAttributes ? { ...base, attributes: column(textColumn(texts.attributes)) } : base;
  return { block, bytes };
}

function timesColumn(records: readonly LogRecord[], start: number, end: number): Uint8Array {
  const buffer = workspace((end - start) * MAX_VARINT_BYTES);
  let previous = records[start]?.timestamp ?? 0;
  let at = 0;
  for (let i = start; i < end; i++) {
    const time = records[i]?.timestamp ?? previous;
    if (time < previous) throw new RangeError('records must be in their order');
    at = writeVarint(buffer, at, time - previous);
    previous = time;
  }
  return buffer.subarray(0, at);
}

function textColumn(texts: readonly string[]): Uint8Array {
  const text = texts.join('');
  const buffer = workspace(texts.length * MAX_VARINT_BYTES + text.length * 3);
  let at = 0;
  for (const part of texts) at = writeVarint(buffer, at, part.length);
  at += buffer.write(text, at, 'utf8');
  return buffer.subarray(0, at);
}

/** Columns are put together here before they are compressed; each is done with before the next is begun. */
const WORKSPACE = Buffer.allocUnsafeSlow(1024 * 1024);

function workspace(bytes: number): Buffer {
  return bytes <= WORKSPACE.length ? WORKSPACE : Buffer.allocUnsafeSlow(bytes);
}
