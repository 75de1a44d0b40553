import { mongo } from 'mongoose';
import { insertDurably } from './durable-insert';
import { StoreUnavailable } from './store-unavailable';

type Sent = { insert: string; documents: { _id: number }[]; ordered: boolean; writeConcern: object };
type Answer = (sent: Sent) => mongo.BSON.Document;

const MIB = 1024 * 1024;
const document = (_id: number, bytes = 10) => ({ _id, data: new mongo.Binary(Buffer.alloc(bytes)) });
const documents = (count: number) => Array.from({ length: count }, (_, i) => document(i));
const serverError = (code: number) => new mongo.MongoServerError({ code, errmsg: `code ${code}` });

/** A database that answers as told, `{n: all}` if not told, and remembers what it was sent. */
function fakeDb(...answers: Answer[]) {
  const sent: Sent[] = [];
  const command = (given: mongo.BSON.Document): Promise<mongo.BSON.Document> => {
    const next = given as Sent;
    sent.push(next);
    const answer = answers.shift() ?? (({ documents }: Sent) => ({ n: documents.length }));
    return new Promise((resolve) => resolve(answer(next)));
  };
  return { sent, idsSent: () => sent.map((one) => one.documents.map(({ _id }) => _id)), command };
}

const errors =
  (...writeErrors: { index: number; code: number; keyPattern?: object }[]): Answer =>
  ({ documents }) => ({ n: documents.length - writeErrors.length, writeErrors });
const fails =
  (error: Error): Answer =>
  () => {
    throw error;
  };

it('sends one unordered insert and asks for the disks of a majority', async () => {
  const db = fakeDb();
  await expect(insertDurably(db, 'things', documents(2))).resolves.toEqual([
    { status: 'stored' },
    { status: 'stored' },
  ]);
  expect(db.sent).toHaveLength(1);
  expect(db.sent[0]).toMatchObject({ insert: 'things', ordered: false, writeConcern: { w: 'majority', j: true } });
});

it('sends nothing when there is nothing', async () => {
  const db = fakeDb();
  await expect(insertDurably(db, 'things', [])).resolves.toEqual([]);
  expect(db.sent).toEqual([]);
});

it('sends at most a thousand documents and 15 MiB at once, and keeps the order of outcomes', async () => {
  const many = fakeDb(errors(), errors({ index: 1, code: 11_000 }));
  const outcomes = await insertDurably(many, 'things', documents(1_002));
  expect(many.idsSent().map((ids) => ids.length)).toEqual([1_000, 2]);
  expect(outcomes.flatMap(({ status }, i) => (status === 'stored' ? [] : [i]))).toEqual([1_001]);

  const large = fakeDb();
  await insertDurably(large, 'things', [document(0, 8 * MIB), document(1, 8 * MIB), document(2, MIB)]);
  expect(large.idsSent()).toEqual([[0], [1, 2]]);
});

it('tells a part that was there from a document that an earlier try of ours stored', async () => {
  const keyPattern = { _id: 1 };
  const db = fakeDb(
    errors({ index: 0, code: 11_000, keyPattern }, { index: 2, code: 11_000, keyPattern: { parts: 1 } }),
  );
  const outcomes = await insertDurably(db, 'things', documents(3));
  expect(outcomes.map(({ status }) => status)).toEqual(['stored', 'stored', 'duplicate']);
});

it.each([2, 121])('tries a document refused with code %i once more, alone', async (code) => {
  const db = fakeDb(errors({ index: 1, code }), errors({ index: 0, code }));
  const outcomes = await insertDurably(db, 'things', documents(3));
  expect(db.idsSent()).toEqual([[0, 1, 2], [1]]);
  expect(outcomes).toEqual([
    { status: 'stored' },
    { status: 'refused', message: `no message (code ${code})` },
    { status: 'stored' },
  ]);
});

it.each([
  ['the server', serverError(10_334)],
  ['BSON', new mongo.BSON.BSONError('cannot')],
  ['the buffer', new RangeError('offset is out of bounds')],
])('finds the one document for which %s refuses the whole command', async (_caption, error) => {
  const answer: Answer = (sent) => {
    if (sent.documents.some(({ _id }) => _id === 5)) throw error;
    return { n: sent.documents.length };
  };
  const db = fakeDb(...Array.from({ length: 20 }, () => answer));
  const outcomes = await insertDurably(db, 'things', documents(8));
  expect(outcomes.flatMap((outcome, i) => (outcome.status === 'refused' ? [i] : []))).toEqual([5]);
  expect(db.sent.length).toBeLessThan(8);
});

it.each([
  [
    'a write concern error, duplicates or not',
    fails(
      new mongo.MongoWriteConcernError({
        ok: 1,
        writeErrors: [{ index: 0, code: 11_000 }],
        writeConcernError: { code: 64, errmsg: 'waiting timed out' },
      }),
    ),
  ],
  [
    'a write concern error of a code that refuses documents',
    fails(new mongo.MongoWriteConcernError({ ok: 1, writeConcernError: { code: 2, errmsg: 'x' } })),
  ],
  ['a lost connection', fails(new mongo.MongoNetworkError('closed'))],
  ['no primary', fails(serverError(10_107))],
  ['a time limit', fails(new DOMException('too long', 'TimeoutError'))],
  ['any other write error', errors({ index: 0, code: 112 })],
  ['a reply that does not add up', () => ({ n: 1 })],
  ['a reply without a count', () => ({})],
])('says nothing of any document after %s', async (_caption, answer) => {
  await expect(insertDurably(fakeDb(answer), 'things', documents(2))).rejects.toThrow(StoreUnavailable);
});
