import { AmqpError } from '../reply-codes';

/**
 * Field tables of AMQP 0-9-1, as RabbitMQ tags their values (https://www.rabbitmq.com/amqp-0-9-1-errata):
 *
 *     table := length(4) { keyLength(1) key tag(1) value }
 *
 * A value stays the bytes it came as, tag first, so that what is forwarded keeps its type: decoded to a JavaScript
 * number, an int64 and an int8 are the same, and would leave as something else than they came as. Keys are decoded byte by
 * byte (latin1) for the same reason: those that matter here are ASCII.
 */
export type FieldTable = Map<string, Buffer>;

/** Bytes of the values whose tag alone tells it. */
const FIXED_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  B: 1,
  t: 1,
  s: 2,
  u: 2,
  I: 4,
  i: 4,
  f: 4,
  l: 8,
  d: 8,
  T: 8,
  D: 5,
  V: 0,
};
/** Values that begin with their length in four bytes: text, bytes, array, table. */
const WITH_LENGTH = 'SxAF';

/** The end of the value whose tag stands at `at`. */
function endOfValue(bytes: Buffer, at: number): number {
  const tag = String.fromCharCode(bytes[at] ?? 0);
  const fixed = FIXED_BYTES[tag];
  if (fixed === undefined && !WITH_LENGTH.includes(tag)) {
    throw new AmqpError('SYNTAX_ERROR', `no value in a field table has the tag ${JSON.stringify(tag)}`);
  }
  return at + 1 + (fixed ?? 4 + readLength(bytes, at + 1));
}

function readLength(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) throw new AmqpError('SYNTAX_ERROR', 'a field table ends within a length');
  return bytes.readUInt32BE(at);
}

/** The values in `bytes` from `at` on, one after the other: an array without its length. */
function splitValues(bytes: Buffer): Buffer[] {
  const values: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = endOfValue(bytes, at);
    if (end > bytes.length) throw new AmqpError('SYNTAX_ERROR', 'a field table ends within a value');
    values.push(bytes.subarray(at, end));
    at = end;
  }
  return values;
}

/**
 * Splits a table into its entries. Values inside arrays and inner tables are not looked at.
 *
 * @param bytes the table with its length in front; what follows it is ignored.
 * @throws AmqpError SYNTAX_ERROR where it is not a table.
 */
export function readTable(bytes: Buffer): FieldTable {
  const end = 4 + readLength(bytes, 0);
  if (end > bytes.length) throw new AmqpError('SYNTAX_ERROR', 'a field table ends before its length');
  const table: FieldTable = new Map();
  for (let at = 4; at < end;) {
    const tagAt = at + 1 + (bytes[at] ?? 0);
    const next = tagAt < end ? endOfValue(bytes, tagAt) : Infinity;
    if (next > end) throw new AmqpError('SYNTAX_ERROR', 'a field table ends within an entry');
    table.set(bytes.toString('latin1', at + 1, tagAt), bytes.subarray(tagAt, next));
    at = next;
  }
  return table;
}

function withLength(tag: string, content: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(tag);
  head.writeUInt32BE(content.length, 1);
  return Buffer.concat([head, content]);
}

/** The bytes of a table, its length in front. */
export function writeTable(table: FieldTable): Buffer {
  const entries = [...table].flatMap(([key, value]) => {
    const name = Buffer.from(key, 'latin1');
    return [Buffer.from([name.length]), name, value];
  });
  return withLength('F', Buffer.concat(entries)).subarray(1);
}

/** What RabbitMQ calls the types of field tables. */
const TYPE_NAMES: Readonly<Record<string, string>> = {
  S: 'longstr',
  I: 'signedint',
  i: 'unsignedint',
  D: 'decimal',
  T: 'timestamp',
  F: 'table',
  A: 'array',
  b: 'byte',
  B: 'unsignedbyte',
  d: 'double',
  f: 'float',
  l: 'long',
  s: 'short',
  u: 'unsignedshort',
  t: 'bool',
  x: 'binary',
  V: 'void',
};

export function typeNameOf(value: Buffer): string {
  return TYPE_NAMES[String.fromCharCode(value[0] ?? 0)] ?? 'unknown';
}

/** Values to put into a table, by their type in the wire format. */
export const field = {
  text: (value: string): Buffer => withLength('S', Buffer.from(value)),
  table: (value: FieldTable): Buffer => Buffer.concat([Buffer.from('F'), writeTable(value)]),
  array: (values: readonly Buffer[]): Buffer => withLength('A', Buffer.concat(values)),
  boolean: (value: boolean): Buffer => Buffer.from([0x74, value ? 1 : 0]),
  int64: (value: number): Buffer => eightBytes('l', value),
  /** @param value whole seconds since 1970. */
  timestamp: (value: number): Buffer => eightBytes('T', value),
};

function eightBytes(tag: string, value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes.write(tag);
  bytes.writeBigInt64BE(BigInt(value), 1);
  return bytes;
}

/** The tables in an array value, others left out; none if `value` is no array. */
export function tablesIn(value: Buffer | undefined): FieldTable[] {
  if (value?.[0] !== 0x41) return [];
  return splitValues(value.subarray(5)).flatMap((item) => (item[0] === 0x46 ? [readTable(item.subarray(1))] : []));
}

/** A text value's text; undefined for another type or none. */
export function textOf(value: Buffer | undefined): string | undefined {
  return value?.[0] === 0x53 ? value.toString('utf8', 5) : undefined;
}

/** A whole number's value, of whatever width; undefined for another type or none. */
export function integerOf(value: Buffer | undefined): number | undefined {
  if (value === undefined) return undefined;
  switch (String.fromCharCode(value[0] ?? 0)) {
    case 'b':
      return value.readInt8(1);
    case 'B':
      return value.readUInt8(1);
    case 's':
      return value.readInt16BE(1);
    case 'u':
      return value.readUInt16BE(1);
    case 'I':
      return value.readInt32BE(1);
    case 'i':
      return value.readUInt32BE(1);
    case 'l':
    case 'T':
      return Number(value.readBigInt64BE(1));
    default:
      return undefined;
  }
}
