import type { mongo } from 'mongoose';
import { insertDurably } from '../../../src/storage/durable-insert';
import { expectConflict, part, type Thing, TRANSACTION_OPTIONS, Transactions } from '../../support/transactions';

let transactions: Transactions;
let client: mongo.MongoClient;
let things: mongo.Collection<Thing>;
beforeEach(async () => {
  transactions = await Transactions.create();
  ({ client, things } = transactions);
});
afterEach(() => transactions.close());

const begin = (): mongo.ClientSession => transactions.begin();

describe('a write outside of transactions', () => {
  it('waits for the one that has written the same document', async () => {
    const session = begin();
    await things.updateOne({ _id: 1 }, { $set: { n: 10 } }, { session });
    const adding = things.updateOne({ _id: 1 }, { $inc: { n: 1 } });
    const removing = things.deleteOne({ _id: 2 }); // not touched by it: does not wait
    expect(await removing).toMatchObject({ deletedCount: 1 });
    await session.commitTransaction();
    expect(await adding).toMatchObject({ modifiedCount: 1 });
    expect(await things.findOne({ _id: 1 })).toEqual({ _id: 1, n: 11 });
  });

  it('of a part that one is about to insert waits, and is told what became of it', async () => {
    for (const [_id, end, status] of [
      ['a', 'commitTransaction', 'duplicate'],
      ['b', 'abortTransaction', 'stored'],
    ] as const) {
      await things.deleteMany({ _id: { $type: 'string' } });
      const session = begin();
      await things.insertOne({ _id: 'merged', parts: [part(1)] }, { session });
      const inserting = insertDurably(client.db(), 'things', [{ _id, parts: [part(1)] }]);
      await things.findOne();
      await session[end]();
      expect(await inserting).toEqual([{ status }]);
    }
  });
});

describe('merging', () => {
  const SOURCES = [10, 11, 12];
  beforeEach(() => things.insertMany(SOURCES.map((_id) => ({ _id, parts: [part(_id)] }))));

  /** The sources go, and one document with all of their parts comes: at once or not at all. */
  async function merge(session: mongo.ClientSession, _id: string, sources: readonly number[] = SOURCES): Promise<void> {
    const meant = { _id: { $in: [...sources] } };
    const found = await things.find(meant, { session }).toArray();
    if (found.length !== sources.length) throw new Error('others were quicker');
    const { deletedCount } = await things.deleteMany(meant, { session });
    if (deletedCount !== sources.length) throw new Error(`removed ${deletedCount}`);
    await things.insertOne({ _id, parts: sources.map(part) }, { session });
    await client.db().collection('payloads').insertOne({ merged: _id }, { session });
  }
  const merged = () =>
    things
      .find({ parts: { $exists: true } })
      .sort({ _id: 1 })
      .toArray();

  it('keeps every part in one place, within and after it', async () => {
    const session = begin();
    await merge(session, 'merged');
    expect(await things.find({ parts: part(11) }, { session }).toArray()).toHaveLength(1);
    expect((await merged()).map(({ _id }) => _id)).toEqual(SOURCES);
    await session.commitTransaction();
    expect(await merged()).toEqual([{ _id: 'merged', parts: SOURCES.map(part) }]);
    const late = await insertDurably(client.db(), 'things', [{ _id: 'late', parts: [part(12)] }]);
    expect(late).toEqual([{ status: 'duplicate' }]);
  });

  it('leaves everything as it was when it aborts', async () => {
    const session = begin();
    await merge(session, 'merged');
    await session.abortTransaction();
    expect((await merged()).map(({ _id }) => _id)).toEqual(SOURCES);
    expect(await client.db().collection('payloads').countDocuments()).toBe(0);
    await merge(begin(), 'again');
  });

  it('by two at once is done by one', async () => {
    const mergeAs = (name: string) =>
      client.withSession((session) => session.withTransaction(() => merge(session, name), TRANSACTION_OPTIONS));
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map(mergeAs));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await merged()).toEqual([{ _id: expect.any(String) as string, parts: SOURCES.map(part) }]);
    expect(await client.db().collection('payloads').countDocuments()).toBe(1);
  });

  it('and a removal of a source at the same time are one after the other', async () => {
    const session = begin();
    await things.findOne({}, { session });
    await things.deleteOne({ _id: 11 });
    await expectConflict(merge(session, 'merged'));
    expect((await merged()).map(({ _id }) => _id)).toEqual([10, 12]);
  });
});

describe('withTransaction', () => {
  it('tries again until each of many has had its turn', async () => {
    let tries = 0;
    const add = () =>
      client.withSession((session) =>
        session.withTransaction(async () => {
          tries++;
          const found = await things.findOne({ _id: 1 }, { session });
          await things.updateOne({ _id: 1 }, { $set: { n: Number(found?.n) + 1 } }, { session });
        }, TRANSACTION_OPTIONS),
      );
    await Promise.all(Array.from({ length: 8 }, add));
    expect(await things.findOne({ _id: 1 })).toEqual({ _id: 1, n: 8 });
    expect(tries).toBeGreaterThanOrEqual(8);
  });

  it('rejects with what it is given, and does nothing', async () => {
    const failing = client.withSession((session) =>
      session.withTransaction(async () => {
        await things.deleteMany({}, { session });
        throw new Error('closed');
      }, TRANSACTION_OPTIONS),
    );
    await expect(failing).rejects.toThrow('closed');
    expect(await things.countDocuments()).toBe(3);
  });

  it('removes 500 documents and accounts for them', async () => {
    await things.insertMany(Array.from({ length: 500 }, (_, i) => ({ _id: 1_000 + i, n: i })));
    const receipts = client.db().collection<Thing>('receipts');
    await receipts.insertOne({ _id: 'run', state: 'running', chunks: 0 });
    const meant = { _id: { $gte: 1_000 } };
    const removed = await client.withSession((session) =>
      session.withTransaction(async () => {
        const found = await things.find(meant, { session }).project<Thing>({ n: 1 }).toArray();
        const { deletedCount } = await things.deleteMany(meant, { session });
        expect(deletedCount).toBe(found.length);
        const account = { $inc: { chunks: deletedCount }, $min: { from: 0 }, $max: { to: 499 } };
        await receipts.updateOne({ _id: 'run', state: 'running' }, account, { session });
        return found.length;
      }, TRANSACTION_OPTIONS),
    );
    expect(removed).toBe(500);
    expect(await receipts.findOne()).toEqual({ _id: 'run', state: 'running', chunks: 500, from: 0, to: 499 });
    expect(await things.countDocuments()).toBe(3);
  });
});
