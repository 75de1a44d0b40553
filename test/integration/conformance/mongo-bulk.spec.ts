import { mongo } from 'mongoose';
import { TestDatabase } from '../../support/database';

const DURABLE = { writeConcern: { w: 'majority' } } as const;

interface Thing extends mongo.BSON.Document {
  readonly _id: number | string;
}

let database: TestDatabase;
let things: mongo.Collection<Thing>;
beforeEach(async () => {
  database = await TestDatabase.create();
  things = database.db.collection<Thing>('things');
});
afterEach(async () => database.close());

const all = (): Promise<Thing[]> => things.find().sort({ _id: 1 }).toArray();

describe('a bulk of updates', () => {
  /** As a monitor adds to a counter: the same batch twice counts once. */
  const addCount = (
    _id: string,
    count: number,
    instance: string,
    sequence: number,
  ): mongo.AnyBulkWriteOperation<Thing> => {
    const before = { $ifNull: ['$count', 0] };
    const isApplied = { $eq: [`$applied.${instance}`, sequence] };
    const fields = {
      service: { $literal: '$shop' },
      count: { $cond: [isApplied, before, { $add: [before, count] }] },
      [`applied.${instance}`]: sequence,
      fresh: true,
    };
    return { updateOne: { filter: { _id }, update: [{ $set: fields }], upsert: true } };
  };
  const write = (operations: mongo.AnyBulkWriteOperation<Thing>[]) =>
    things.bulkWrite(operations, { ordered: false, ...DURABLE });

  it('counts a batch once, however often it comes', async () => {
    const batch = [addCount('a', 3, 'one', 7), addCount('b', 4, 'one', 7)];
    for (let i = 0; i < 3; i++) await write(batch);
    await write([addCount('a', 10, 'two', 1)]);
    await write([addCount('a', 100, 'one', 8)]);
    expect(await all()).toEqual([
      { _id: 'a', service: '$shop', count: 113, applied: { one: 8, two: 1 }, fresh: true },
      { _id: 'b', service: '$shop', count: 4, applied: { one: 7 }, fresh: true },
    ]);
  });

  it('adds up what many add at once, each told of a document that another made meanwhile', async () => {
    const add = async (i: number): Promise<void> => {
      const operation = addCount('a', 1, `m${i}`, 1);
      await write([operation]).catch(async (error: unknown) => {
        if (!(error instanceof mongo.MongoBulkWriteError) || error.code !== 11_000) throw error;
        await write([operation]);
      });
    };
    await Promise.all(Array.from({ length: 20 }, (_, i) => add(i)));
    expect((await things.findOne({ _id: 'a' }))?.count).toBe(20);
  });

  it('keeps the last lines', async () => {
    const lines = database.db.collection<{ _id: string; lines: { at: number }[]; expiresAt: Date }>('lines');
    const push = async (...at: number[]): Promise<void> => {
      const update = {
        $push: { lines: { $each: at.map((one) => ({ at: one })), $slice: -3 } },
        $set: { expiresAt: new Date(at.length) },
      };
      await lines.bulkWrite([{ updateOne: { filter: { _id: 'a' }, update, upsert: true } }], { ordered: false });
    };
    await push(1, 2);
    await push(3, 4);
    await push(5);
    expect(await lines.findOne()).toEqual({
      _id: 'a',
      lines: [{ at: 3 }, { at: 4 }, { at: 5 }],
      expiresAt: new Date(1),
    });
  });

  it('of every kind says what became of each', async () => {
    await things.insertMany([{ _id: 1 }, { _id: 2, a: 1 }]);
    const error: unknown = await write([
      { insertOne: { document: { _id: 3 } } },
      { insertOne: { document: { _id: 1 } } },
      { updateOne: { filter: { _id: 2 }, update: { $inc: { a: 1 } } } },
      { updateOne: { filter: { _id: 4 }, update: { $set: { a: 1 } }, upsert: true } },
      { updateOne: { filter: { _id: 2 }, update: { $set: { _id: 9 } } } },
      { replaceOne: { filter: { _id: 3 }, replacement: { b: 1 } } },
      { deleteOne: { filter: { _id: 1 } } },
    ]).catch((thrown: unknown) => thrown);
    if (!(error instanceof mongo.MongoBulkWriteError))
      throw new Error('it should have failed in part', { cause: error });
    expect([error.writeErrors].flat().map(({ index, code }) => [index, code])).toEqual([
      [1, 11_000],
      [4, 66],
    ]);
    expect(error.result).toMatchObject({ insertedCount: 1, matchedCount: 2, upsertedCount: 1, deletedCount: 1 });
    expect(error.result.upsertedIds).toEqual({ 3: 4 });
    expect(await all()).toEqual([
      { _id: 2, a: 2 },
      { _id: 3, b: 1 },
      { _id: 4, a: 1 },
    ]);
  });

  it('settles counts that have not grown, and leaves the others', async () => {
    await things.insertMany([
      { _id: 'a', count: 1, fresh: true },
      { _id: 'b', count: 5, fresh: true },
    ]);
    const settle = (_id: string, count: number): mongo.AnyBulkWriteOperation<Thing> => ({
      updateOne: { filter: { _id, count }, update: { $unset: { fresh: true } } },
    });
    expect(await write([settle('a', 1), settle('b', 4)])).toMatchObject({ matchedCount: 1, modifiedCount: 1 });
    expect(await all()).toEqual([
      { _id: 'a', count: 1 },
      { _id: 'b', count: 5, fresh: true },
    ]);
  });

  it('adds to groups, making those that are new', async () => {
    const add = (service: string, records: number, from: number, to: number): mongo.AnyBulkWriteOperation<Thing> => ({
      updateOne: {
        filter: { run: 'r', service, severity: 'info' },
        update: { $inc: { records }, $min: { from }, $max: { to }, $setOnInsert: { at: new Date(5) } },
        upsert: true,
      },
    });
    expect(await things.bulkWrite([add('a', 1, 5, 6), add('b', 2, 5, 6)])).toMatchObject({ upsertedCount: 2 });
    expect(await things.bulkWrite([add('a', 10, 4, 5), add('c', 3, 1, 2)])).toMatchObject({ upsertedCount: 1 });
    const found = await things
      .find({}, { projection: { _id: 0 } })
      .sort({ service: 1 })
      .toArray();
    const group = { run: 'r', severity: 'info', at: new Date(5) };
    expect(found).toEqual([
      { ...group, service: 'a', records: 11, from: 4, to: 6 },
      { ...group, service: 'b', records: 2, from: 5, to: 6 },
      { ...group, service: 'c', records: 3, from: 1, to: 2 },
    ]);
  });
});
