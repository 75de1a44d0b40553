import { decode, encode } from '../bson';
import { encodeAnswer, encodeRaw, RawArray, RawDocument } from './answer';
import { readRequest, type Request } from './request';

const ASKED: Request = {
  id: 7,
  form: 'message',
  body: Buffer.alloc(0),
  sequences: new Map(),
  wantsAnswer: true,
  database: null,
};

it('puts documents into an answer that are encoded already', () => {
  const documents = Array.from({ length: 12 }, (_, i) => ({ i, text: 'ä'.repeat(i) }));
  const cursor = encodeRaw({ firstBatch: new RawArray(documents.map(encode)), ns: 'a.b' });
  const value = new RawDocument(encode({ a: 1 }));
  const message = encodeAnswer(ASKED, 3, { cursor, value, nothing: undefined, ok: 1 });
  const { id, body } = readRequest(message);
  expect(id).toBe(3);
  expect(message.readInt32LE(8)).toBe(7);
  expect(body).toEqual(encode({ cursor: { firstBatch: documents, ns: 'a.b' }, value: { a: 1 }, ok: 1 }));
});

it('answers a query in its own form', () => {
  const message = encodeAnswer({ ...ASKED, form: 'query' }, 3, { ok: 1 });
  expect([message.readInt32LE(0), message.readInt32LE(12)]).toEqual([message.length, 1]);
  expect(message.readInt32LE(32)).toBe(1);
  expect(decode(message.subarray(36))).toEqual(decode(encode({ ok: 1 })));
});
