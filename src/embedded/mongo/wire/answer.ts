import { encode } from '../bson';
import { HEADER_BYTES } from './message-reader';
import type { Request } from './request';

const OP_REPLY = 1;
const OP_MSG = 2013;
const OBJECT = 0x03;
const ARRAY = 0x04;
/** What an OP_REPLY says between header and document: flags (await capable), cursor id, starting from, number returned. */
const REPLY_FIELDS = Buffer.from([8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
/** What an OP_MSG says there: no flags, and a section of kind 0. */
const MESSAGE_FIELDS = Buffer.from([0, 0, 0, 0, 0]);
const END = Buffer.from([0]);

/** A document within an answer that is encoded already. */
export class RawDocument {
  constructor(readonly bytes: Buffer) {}
}

/** An array of such documents. */
export class RawArray {
  constructor(readonly items: readonly Buffer[]) {}
}

/** The fields of an answer: values that BSON knows, {@link RawDocument} and {@link RawArray}. Fields that are undefined are left out. */
export type Answer = Readonly<Record<string, unknown>>;

/** The message that answers a request. */
export function encodeAnswer(request: Request, answerId: number, answer: Answer): Buffer {
  const pieces = encodePieces(answer);
  const [fields, opcode] = request.form === 'query' ? [REPLY_FIELDS, OP_REPLY] : [MESSAGE_FIELDS, OP_MSG];
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt32LE(HEADER_BYTES + fields.length + lengthOf(pieces), 0);
  header.writeInt32LE(answerId, 4);
  header.writeInt32LE(request.id, 8);
  header.writeInt32LE(opcode, 12);
  return Buffer.concat([header, fields, ...pieces]);
}

/** One document of fields of which some are encoded already. */
export function encodeRaw(fields: Answer): RawDocument {
  return new RawDocument(Buffer.concat(encodePieces(fields)));
}

function encodePieces(fields: Answer): Buffer[] {
  const elements = Object.entries(fields).flatMap(([name, value]) => elementOf(name, value));
  return [lengthPrefix(elements), ...elements, END];
}

function elementOf(name: string, value: unknown): Buffer[] {
  if (value instanceof RawDocument) return [elementHead(OBJECT, name), value.bytes];
  if (value instanceof RawArray) {
    const items = value.items.flatMap((bytes, index) => [elementHead(OBJECT, String(index)), bytes]);
    return [elementHead(ARRAY, name), lengthPrefix(items), ...items, END];
  }
  const alone = encode({ [name]: value });
  return [alone.subarray(4, alone.length - 1)]; // without the length before it and the zero behind
}

function elementHead(type: number, name: string): Buffer {
  const head = Buffer.alloc(Buffer.byteLength(name) + 2);
  head[0] = type;
  head.write(name, 1);
  return head;
}

/** The length of a document that has these elements: with itself and the zero at the end. */
function lengthPrefix(elements: readonly Buffer[]): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeInt32LE(lengthOf(elements) + 5);
  return prefix;
}

function lengthOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((length, piece) => length + piece.length, 0);
}
