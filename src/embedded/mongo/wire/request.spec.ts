import { encode } from '../bson';
import { MalformedMessage } from './message-reader';
import { readRequest } from './request';

const OP_QUERY = 2004;
const OP_MSG = 2013;
const PING = encode({ ping: 1 });

/** A message of int32s and bytes, with its header. */
function message(opcode: number, ...parts: (number | string | Buffer)[]): Buffer {
  const content = Buffer.concat(parts.map(bytesOf));
  return Buffer.concat([...[16 + content.length, 7, 0, opcode].map(bytesOf), content]);
}

function bytesOf(part: number | string | Buffer): Buffer {
  if (typeof part === 'string') return Buffer.from(`${part}\0`);
  if (typeof part !== 'number') return part;
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(part);
  return bytes;
}

const BODY = Buffer.from([0]);
const SEQUENCE = Buffer.from([1]);
const sequence = (name: string, ...documents: Buffer[]): Buffer => {
  const content = Buffer.concat([bytesOf(name), ...documents]);
  return Buffer.concat([SEQUENCE, bytesOf(4 + content.length), content]);
};

it('reads a body and its sequences, in either order', () => {
  const two = sequence('documents', PING, PING);
  for (const sections of [
    [BODY, PING, two],
    [two, BODY, PING],
  ]) {
    const request = readRequest(message(OP_MSG, 0, ...sections));
    expect(request).toMatchObject({ id: 7, form: 'message', body: PING, wantsAnswer: true, database: null });
    expect([...request.sequences]).toEqual([['documents', [PING, PING]]]);
  }
});

it('passes a checksum by, and knows who wants no answer', () => {
  expect(readRequest(message(OP_MSG, 1, BODY, PING, 0x1234)).body).toEqual(PING);
  expect(readRequest(message(OP_MSG, 2, BODY, PING)).wantsAnswer).toBe(false);
  expect(readRequest(message(OP_MSG, 1 << 16, BODY, PING)).wantsAnswer).toBe(true); // exhaustAllowed: an offer
});

it('reads the query that old drivers say hello with', () => {
  const request = readRequest(message(OP_QUERY, 0, 'admin.$cmd', 0, -1, PING));
  expect(request).toMatchObject({ form: 'query', body: PING, database: 'admin', wantsAnswer: true });
});

it.each<[string, Buffer]>([
  ['an opcode that is not known', message(2012, 0, BODY, PING)],
  ['a flag that must be understood', message(OP_MSG, 4, BODY, PING)],
  ['nothing', message(OP_MSG)],
  ['no body', message(OP_MSG, 0)],
  ['two bodies', message(OP_MSG, 0, BODY, PING, BODY, PING)],
  ['a section of another kind', message(OP_MSG, 0, Buffer.from([2]), PING)],
  ['a body that is longer than the message', message(OP_MSG, 0, BODY, 100, PING)],
  ['a body that is shorter than a document', message(OP_MSG, 0, BODY, 4)],
  ['a body that ends in the checksum', message(OP_MSG, 1, BODY, PING)],
  ['a sequence that is longer than the message', message(OP_MSG, 0, BODY, PING, SEQUENCE, 100, 'a')],
  ['a sequence of a negative length', message(OP_MSG, 0, BODY, PING, SEQUENCE, -4, 'a')],
  ['a sequence without the end of its name', message(OP_MSG, 0, BODY, PING, SEQUENCE, 6, Buffer.from('ab'))],
  ['a sequence twice', message(OP_MSG, 0, BODY, PING, sequence('a'), sequence('a'))],
  ['a sequence of half a document', message(OP_MSG, 0, BODY, PING, sequence('a', PING.subarray(0, 6)))],
  ['a query without the end of its namespace', message(OP_QUERY, 0, Buffer.from('admin'))],
  ['a query without a document', message(OP_QUERY, 0, 'admin.$cmd', 0, -1)],
])('refuses %s', (_caption, bytes) => {
  expect(() => readRequest(bytes)).toThrow(MalformedMessage);
});
