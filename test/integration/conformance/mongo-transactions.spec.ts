import { mongo } from 'mongoose';
import type { TestDatabase } from '../../support/database';
import { WireConnection } from '../../support/mongo-wire';
import { expectConflict, isTransient, part, type Thing, Transactions } from '../../support/transactions';

const E11000 = 11_000;

let transactions: Transactions;
let database: TestDatabase;
let client: mongo.MongoClient;
let things: mongo.Collection<Thing>;
beforeEach(async () => {
  transactions = await Transactions.create();
  ({ database, client, things } = transactions);
});
afterEach(() => transactions.close());

const begin = (): mongo.ClientSession => transactions.begin();
const all = async (): Promise<Thing[]> => things.find().sort({ _id: 1 }).toArray();

describe('what a transaction writes', () => {
  it('is seen by itself at once, by others when it commits', async () => {
    const session = begin();
    await things.insertOne({ _id: 4, n: 4 }, { session });
    await things.updateOne({ _id: 1 }, { $set: { n: 1 } }, { session });
    await things.deleteOne({ _id: 2 }, { session });
    await things.findOneAndUpdate({ _id: 3 }, { $set: { n: 3 } }, { session });
    const after = [
      { _id: 1, n: 1 },
      { _id: 3, n: 3 },
      { _id: 4, n: 4 },
    ];
    expect(await things.find({}, { session }).sort({ _id: 1 }).toArray()).toEqual(after);
    expect(await things.countDocuments({ n: { $gt: 0 } }, { session })).toBe(3);
    expect((await things.distinct('n', {}, { session })).length).toBeGreaterThan(1);
    expect((await all()).map(({ n }) => n as number)).toEqual([0, 0, 0]);
    await session.commitTransaction();
    expect(await all()).toEqual(after);
  });

  it('is gone when it aborts, and free for others', async () => {
    const session = begin();
    await things.insertOne({ _id: 4, parts: [part(1)] }, { session });
    await things.deleteMany({}, { session });
    await session.abortTransaction();
    expect((await all()).map(({ _id }) => _id)).toEqual([1, 2, 3]);
    await things.insertOne({ _id: 4, parts: [part(1)] });
  });

  it('is gone when its session ends before it commits', async () => {
    const session = begin();
    await things.updateOne({ _id: 1 }, { $set: { n: 1 } }, { session });
    await session.endSession();
    await things.updateOne({ _id: 1 }, { $inc: { n: 5 } });
    expect(await things.findOne({ _id: 1 })).toEqual({ _id: 1, n: 5 });
  });

  it('may lie in several collections, by a bulk and by upserts', async () => {
    const groups = client.db().collection<mongo.BSON.Document>('groups');
    const session = begin();
    const add = { filter: { run: 'a' }, update: { $inc: { n: 2 }, $setOnInsert: { at: new Date(1) } }, upsert: true };
    expect(await groups.bulkWrite([{ updateOne: add }, { updateOne: add }], { session })).toMatchObject({
      upsertedCount: 1,
      matchedCount: 1,
    });
    await things.deleteMany({ _id: { $in: [1, 2] } }, { session });
    expect(await groups.find().toArray()).toEqual([]);
    await session.commitTransaction();
    expect(await groups.find({}, { projection: { _id: 0 } }).toArray()).toEqual([{ run: 'a', at: new Date(1), n: 4 }]);
    expect((await all()).map(({ _id }) => _id)).toEqual([3]);
  });
});

describe('a transaction', () => {
  it('sees nothing newer than its first operation', async () => {
    const session = begin();
    expect(await things.countDocuments({}, { session })).toBe(3);
    await things.insertOne({ _id: 4 });
    await things.updateOne({ _id: 1 }, { $set: { n: 9 } });
    expect(await things.findOne({ _id: 1 }, { session })).toEqual({ _id: 1, n: 0 });
    expect(await things.countDocuments({}, { session })).toBe(3);
    await session.commitTransaction();
  });

  it('conflicts with one that has written the same document, and is over by that', async () => {
    const [first, second] = [begin(), begin()];
    await things.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session: first });
    await expectConflict(things.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session: second }));
    const further = things.findOne({}, { session: second });
    await expect(further).rejects.toMatchObject({ code: 251, codeName: 'NoSuchTransaction' });
    await expect(second.commitTransaction()).rejects.toMatchObject({ code: 251 });
    await first.commitTransaction();
    expect(await things.findOne({ _id: 1 })).toEqual({ _id: 1, n: 1 });
  });

  it.each<[string, (session: mongo.ClientSession) => Promise<unknown>]>([
    ['updates', (session) => things.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session })],
    ['replaces', (session) => things.findOneAndReplace({ _id: 1 }, { n: 7 }, { session })],
    ['deletes', (session) => things.deleteMany({ _id: { $in: [1, 2] } }, { session })],
  ])('that %s what has been written since it began conflicts', async (_caption, write) => {
    for (const change of [
      () => things.updateOne({ _id: 1 }, { $inc: { n: 10 } }),
      () => things.deleteOne({ _id: 1 }),
    ]) {
      const session = begin();
      await things.findOne({}, { session });
      await change();
      await expectConflict(write(session));
    }
    expect((await all()).map(({ _id }) => _id)).toEqual([2, 3]);
  });

  it('that inserts what has been inserted since it began conflicts, by _id or by part', async () => {
    for (const [i, document] of [{ _id: 'x' }, { _id: 'y', parts: [part(1)] }].entries()) {
      const session = begin();
      await things.findOne({}, { session });
      await things.insertOne({ ...document, ...(i === 1 && { _id: 'z' }) });
      await expectConflict(things.insertOne(document, { session }));
    }
  });

  it('that inserts a duplicate of what it sees is over, and need not be tried again', async () => {
    await things.insertOne({ _id: 4, parts: [part(1)] });
    const session = begin();
    const error: unknown = await things
      .insertOne({ _id: 5, parts: [part(1)] }, { session })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: E11000, keyPattern: { parts: 1 } });
    expect(isTransient(error)).toBe(false);
    await expect(things.findOne({}, { session })).rejects.toMatchObject({ code: 251 });
  });

  it('goes by the keys that it sees, whatever has become of them since', async () => {
    await things.insertMany([4, 5, 6].map((_id) => ({ _id, parts: [part(_id)] })));
    const other = begin();
    const insert = async (document: Thing): Promise<void> => {
      const session = begin();
      await things.findOne({}, { session });
      if (document._id === 'a') await things.deleteOne({ _id: 4 });
      if (document._id === 'b') await things.deleteOne({ _id: 5 }, { session: other });
      if (document._id === 'c') await things.updateOne({ _id: 6 }, { $set: { n: 1 } }, { session: other });
      await things.insertOne(document, { session });
    };
    await expect(insert({ _id: 'a', parts: [part(4)] })).rejects.toMatchObject({ code: E11000 });
    await expect(insert({ _id: 'b', parts: [part(5)] })).rejects.toMatchObject({ code: E11000 });
    await expect(insert({ _id: 'c', parts: [part(6)] })).rejects.toMatchObject({ code: E11000 });
    await things.insertOne({ _id: 7, parts: [part(5)] }, { session: other });
    await expectConflict(insert({ _id: 'd', parts: [part(5)] }));
  });

  it('may be committed again, should the answer have been lost', async () => {
    const session = begin();
    await things.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session });
    await session.commitTransaction();
    await session.commitTransaction();
    expect(await things.findOne({ _id: 1 })).toEqual({ _id: 1, n: 1 });
  });

  it('cannot be gone on with when it is over, nor when it never was', async () => {
    const wire = await WireConnection.open(database.uri);
    const lsid = { id: new mongo.UUID() };
    const send = (command: object, txnNumber: number, more: object = {}) =>
      wire.command({
        ...command,
        lsid,
        txnNumber: mongo.Long.fromNumber(txnNumber),
        autocommit: false,
        ...more,
        $db: 'commitTransaction' in command || 'abortTransaction' in command ? 'admin' : database.name,
      });
    const insert = (_id: string) => ({ insert: 'things', documents: [{ _id }] });
    const gone = { ok: 0, code: 251, codeName: 'NoSuchTransaction' };
    expect(await send(insert('a'), 1)).toMatchObject(gone);
    expect(await send(insert('a'), 1, { startTransaction: true })).toMatchObject({ ok: 1, n: 1 });
    expect(await send(insert('b'), 1)).toMatchObject({ ok: 1, n: 1 });
    expect(await send({ commitTransaction: 1 }, 1)).toMatchObject({ ok: 1 });
    expect(await send({ commitTransaction: 1 }, 1)).toMatchObject({ ok: 1 });
    expect(await send(insert('c'), 1)).toMatchObject({ ok: 0 });
    expect(await send(insert('c'), 2, { startTransaction: true })).toMatchObject({ ok: 1, n: 1 });
    expect(await send({ abortTransaction: 1 }, 2)).toMatchObject({ ok: 1 });
    expect(await send({ commitTransaction: 1 }, 2)).toMatchObject(gone);
    expect(await send({ commitTransaction: 1 }, 3)).toMatchObject(gone);
    await wire.close();
    expect(
      await things
        .find({ _id: { $type: 'string' } })
        .map(({ _id }) => _id)
        .toArray(),
    ).toEqual(['a', 'b']);
  });

  it('that a new one of its session follows is gone', async () => {
    const wire = await WireConnection.open(database.uri);
    const lsid = { id: new mongo.UUID() };
    const insert = (_id: string, txnNumber: number) => ({
      insert: 'things',
      documents: [{ _id }],
      lsid,
      txnNumber: mongo.Long.fromNumber(txnNumber),
      autocommit: false,
      startTransaction: true,
      $db: database.name,
    });
    expect(await wire.command(insert('a', 1))).toMatchObject({ ok: 1 });
    expect(await wire.command(insert('a', 2))).toMatchObject({ ok: 1, n: 1 });
    expect(
      await wire.command({
        abortTransaction: 1,
        lsid,
        txnNumber: mongo.Long.fromNumber(2),
        autocommit: false,
        $db: 'admin',
      }),
    ).toMatchObject({ ok: 1 });
    await wire.close();
    await things.insertOne({ _id: 'a' });
  });

  it('does not see a collection that is newer', async () => {
    const session = begin();
    await things.findOne({}, { session });
    await database.db.createCollection('newer');
    const error: unknown = await client
      .db()
      .collection('newer')
      .findOne({}, { session })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 246 });
    expect(isTransient(error)).toBe(true);
  });

  it.each<[string, (newer: mongo.Collection, session: mongo.ClientSession) => Promise<unknown>]>([
    ['insert', (newer, session) => newer.insertOne({}, { session })],
    ['update', (newer, session) => newer.updateOne({}, { $set: { a: 1 } }, { session })],
    ['upsert', (newer, session) => newer.updateOne({}, { $set: { a: 1 } }, { session, upsert: true })],
    ['delete', (newer, session) => newer.deleteOne({}, { session })],
    ['findOneAndUpdate', (newer, session) => newer.findOneAndUpdate({}, { $set: { a: 1 } }, { session })],
  ])('does not write to a collection that is newer, and may be tried again, by %s', async (_caption, write) => {
    const session = begin();
    await things.findOne({}, { session });
    const newer = await database.db.createCollection('newer');
    const error: unknown = await write(client.db().collection(newer.collectionName), session).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 246 });
    expect(isTransient(error)).toBe(true);
  });
});
