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

describe('a reply to an update', () => {
  it('counts what matched, what changed and what was made, and names what was made', async () => {
    await things.insertMany([
      { _id: 1, a: 1 },
      { _id: 2, a: 1 },
      { _id: 3, a: 2 },
    ]);
    const reply = await database.db.command({
      update: 'things',
      updates: [
        { q: { a: 1 }, u: { $set: { a: 1, b: 1 } }, multi: true },
        { q: { a: 1 }, u: { $set: { b: 1 } }, multi: true },
        { q: { a: 1 }, u: { $set: { b: 2 } } },
        { q: { _id: 'new' }, u: { $set: { b: 3 } }, upsert: true },
        { q: { _id: 'none' }, u: { $set: { b: 3 } } },
        { q: { _id: 'newer' }, u: { c: 1 }, upsert: true },
      ],
    });
    expect(reply).toMatchObject({
      n: 7,
      nModified: 3,
      upserted: [
        { index: 3, _id: 'new' },
        { index: 5, _id: 'newer' },
      ],
      ok: 1,
    });
    expect(reply).not.toHaveProperty('writeErrors');
  });

  it('makes an _id where the upsert has none, and tells it', async () => {
    const { upsertedId, upsertedCount } = await things.updateOne({ a: 5 }, { $set: { b: 1 } }, { upsert: true });
    expect(upsertedCount).toBe(1);
    expect(upsertedId).toBeInstanceOf(mongo.ObjectId);
    expect(await all()).toEqual([{ _id: upsertedId, a: 5, b: 1 }]);
  });

  it('without an upsert makes nothing, not even a collection', async () => {
    expect(await things.updateOne({ _id: 1 }, { $set: { a: 1 } })).toMatchObject({ matchedCount: 0, modifiedCount: 0 });
    expect(await database.db.listCollections().toArray()).toEqual([]);
  });
});

describe('a replacement', () => {
  it('puts a document in the place of another, or where there was none', async () => {
    const beat = (at: number) => ({ at, oldestInHand: null, ready: 0, seenAt: new Date(at) });
    const options = { upsert: true, writeConcern: { w: 1 } } as const;
    expect(await things.replaceOne({ _id: 'a' }, { ...beat(1), more: 1 }, options)).toMatchObject({ upsertedId: 'a' });
    expect(await things.replaceOne({ _id: 'a' }, beat(2), options)).toMatchObject({
      matchedCount: 1,
      modifiedCount: 1,
      upsertedCount: 0,
    });
    expect(await things.replaceOne({ _id: 'a' }, beat(2), options)).toMatchObject({ matchedCount: 1 });
    expect(await all()).toEqual([{ _id: 'a', ...beat(2) }]);
  });

  it('cannot change the _id', async () => {
    await things.insertOne({ _id: 1 });
    await expect(things.replaceOne({ _id: 1 }, { _id: 2 })).rejects.toMatchObject({ code: 66 });
    await expect(things.updateOne({ _id: 1 }, { $set: { _id: 2 } })).rejects.toMatchObject({ code: 66 });
    await things.replaceOne({ _id: 1 }, { _id: 1, a: 1 });
    expect(await all()).toEqual([{ _id: 1, a: 1 }]);
  });
});

describe('a lease', () => {
  const soon = (milliseconds: number) => ({ $add: ['$$NOW', milliseconds] });
  const free = (owner: string) => ({
    $expr: { $or: [{ $in: ['$owner', [null, owner]] }, { $lte: ['$expiresAt', '$$NOW'] }] },
  });
  const take = (owner: string, milliseconds = 60_000) =>
    things.findOneAndUpdate({ _id: 'job', ...free(owner) }, [{ $set: { owner, expiresAt: soon(milliseconds) } }], {
      returnDocument: 'before',
      ...DURABLE,
    });
  const prepare = () =>
    things.updateOne({ _id: 'job' }, { $setOnInsert: { owner: null, expiresAt: new Date(0) } }, { upsert: true });

  it('is made once, however many make it at once, and stays as it is', async () => {
    const made = await Promise.all(Array.from({ length: 10 }, prepare));
    expect(made.map(({ upsertedCount }) => upsertedCount).sort()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    await things.updateOne({ _id: 'job' }, { $set: { owner: 'a' } });
    expect(await prepare()).toMatchObject({ matchedCount: 1, modifiedCount: 0, upsertedCount: 0 });
    expect(await all()).toEqual([{ _id: 'job', owner: 'a', expiresAt: new Date(0) }]);
  });

  it('is taken by one of many, who is shown what it was', async () => {
    await prepare();
    const taken = await Promise.all(Array.from({ length: 20 }, (_, i) => take(`owner ${i}`)));
    expect(taken.filter((before) => before !== null)).toEqual([{ _id: 'job', owner: null, expiresAt: new Date(0) }]);
    expect((await things.findOne({ _id: 'job' }))?.owner).toBe(`owner ${taken.findIndex((before) => before !== null)}`);
  });

  it("runs out by the server's clock, which is told as a date", async () => {
    await prepare();
    await take('a', 60_000);
    const { localTime } = await database.db.admin().command({ hello: 1 });
    const left = ((await things.findOne({ _id: 'job' }))?.expiresAt as Date).getTime() - (localTime as Date).getTime();
    expect(left).toBeGreaterThan(50_000);
    expect(left).toBeLessThanOrEqual(60_000);
    expect(await take('b')).toBeNull();
    expect(await things.updateOne({ _id: 'job', owner: 'a' }, [{ $set: { expiresAt: soon(-1) } }])).toMatchObject({
      matchedCount: 1,
    });
    expect(await take('b')).toMatchObject({ owner: 'a' });
    expect(await things.updateOne({ _id: 'job', owner: 'a' }, [{ $set: { expiresAt: soon(1) } }])).toMatchObject({
      matchedCount: 0,
    });
  });

  it('cannot be made and taken at once, as an upsert must not have $expr', async () => {
    const update = { $set: { owner: 'a' } };
    await expect(things.updateOne({ _id: 'job', ...free('a') }, update, { upsert: true })).rejects.toMatchObject({
      code: 224,
    });
  });
});

describe('a findAndModify', () => {
  beforeEach(async () => {
    await things.insertMany([
      { _id: 'a', dueAt: 30, outbox: ['firing'] },
      { _id: 'b', dueAt: 10, outbox: ['firing', 'resolved'] },
      { _id: 'c', outbox: [] },
      { _id: 'd', dueAt: 20, outbox: ['resolved'] },
    ]);
  });
  const claim = (now: number) =>
    things.findOneAndUpdate(
      { dueAt: { $lte: now } },
      { $set: { dueAt: now + 1_000, claim: 'me' } },
      { sort: { dueAt: 1 }, returnDocument: 'before', ...DURABLE },
    );

  it('takes the first in order', async () => {
    const taken: unknown[] = [];
    for (let i = 0; i < 4; i++) taken.push((await claim(25))?._id ?? null);
    expect(taken).toEqual(['b', 'd', null, null]);
  });

  it('gives each to one of many who ask at once', async () => {
    const taken = await Promise.all(Array.from({ length: 10 }, () => claim(30)));
    expect(taken.flatMap((one) => one?._id ?? []).sort()).toEqual(['a', 'b', 'd']);
  });

  it('answers with the document before or after, in part or whole, or nothing', async () => {
    const update = { $set: { dueAt: 5 } };
    const give = (options: mongo.FindOneAndUpdateOptions) => things.findOneAndUpdate({ _id: 'a' }, update, options);
    expect(await give({ returnDocument: 'after' })).toEqual({ _id: 'a', dueAt: 5, outbox: ['firing'] });
    expect(await give({ projection: { _id: 1 } })).toEqual({ _id: 'a' });
    expect(await things.findOneAndUpdate({ _id: 'none' }, update)).toBeNull();
    expect(await things.findOneAndUpdate({ _id: 'new' }, update, { upsert: true })).toBeNull();
    expect(await things.findOneAndDelete({ _id: 'new' })).toEqual({ _id: 'new', dueAt: 5 });
    expect(await things.findOneAndReplace({ _id: 'a' }, { x: 1 }, { returnDocument: 'after' })).toEqual({
      _id: 'a',
      x: 1,
    });
  });

  it('says what it did', async () => {
    const run = async (more: object) => {
      const { lastErrorObject, value } = await database.db.command({ findAndModify: 'things', ...more });
      return [lastErrorObject as unknown, (value as Thing | null)?._id ?? null];
    };
    const update = { $set: { z: 1 } };
    expect(await run({ query: { _id: 'a' }, update })).toEqual([{ n: 1, updatedExisting: true }, 'a']);
    expect(await run({ query: { _id: 'no' }, update })).toEqual([{ n: 0, updatedExisting: false }, null]);
    expect(await run({ query: { _id: 'no' }, update, upsert: true, new: true })).toEqual([
      { n: 1, updatedExisting: false, upserted: 'no' },
      'no',
    ]);
    expect(await run({ query: { _id: 'no' }, remove: true })).toEqual([{ n: 1 }, 'no']);
  });
});

describe("an alert's document", () => {
  const update = async (document: object, by: object | object[], filter: object = {}): Promise<Thing | null> => {
    await things.replaceOne({ _id: 1 }, document, { upsert: true });
    await things.updateOne({ _id: 1, ...filter }, by, DURABLE);
    return things.findOne({ _id: 1 }, { projection: { _id: 0 } });
  };

  it('goes on: the greater of the numbers', async () => {
    const by = { $max: { lastSeen: 5, heldUntil: 2, peak: 1 } };
    expect(await update({ lastSeen: 4, heldUntil: 3 }, by)).toEqual({ lastSeen: 5, heldUntil: 3, peak: 1 });
  });

  it('fires: some are set, some only rise', async () => {
    const by = { $set: { status: 'firing', lines: [{ at: 1, body: 'x' }], outbox: ['firing'] }, $max: { peak: 9 } };
    expect(await update({ status: 'pending', outbox: [], peak: 3 }, by, { status: 'pending' })).toEqual({
      status: 'firing',
      outbox: ['firing'],
      peak: 9,
      lines: [{ at: 1, body: 'x' }],
    });
    expect(await update({ status: 'firing' }, by, { status: 'pending' })).toEqual({ status: 'firing' });
  });

  it.each([
    [
      { outbox: ['firing'], dueAt: 3, open: true },
      { outbox: ['firing', 'resolved'], dueAt: 3 },
    ],
    [
      { outbox: [], open: true },
      { outbox: ['resolved'], dueAt: 7 },
    ],
    [
      { outbox: [], dueAt: null, open: true },
      { outbox: ['resolved'], dueAt: 7 },
    ],
  ])('resolves: %j becomes %j', async (before, after) => {
    const by = [
      { $set: { outbox: { $concatArrays: ['$outbox', ['resolved']] }, dueAt: { $ifNull: ['$dueAt', 7] } } },
      { $unset: 'open' },
    ];
    expect(await update(before, by)).toEqual(after);
  });

  it.each([
    [
      { outbox: ['firing', 'resolved'], claim: 'me', attempts: 2, dueAt: 1 },
      { outbox: ['resolved'], attempts: 0, dueAt: 7, sentAt: { firing: 7 } },
    ],
    [
      { outbox: ['firing'], claim: 'me', attempts: 2, dueAt: 1, sentAt: { resolved: 1 } },
      { outbox: [], attempts: 0, sentAt: { resolved: 1, firing: 7 } },
    ],
  ])('is told of: %j becomes %j', async (before, after) => {
    const rest = { $slice: ['$outbox', 1, { $max: [1, { $size: '$outbox' }] }] };
    const isMore = { $gt: [{ $size: '$outbox' }, 1] };
    const by = [
      { $set: { 'sentAt.firing': 7, attempts: 0, dueAt: { $cond: [isMore, 7, '$$REMOVE'] }, outbox: rest } },
      { $unset: 'claim' },
    ];
    expect(await update(before, by, { claim: 'me' })).toEqual(after);
    expect(await update(before, by, { claim: 'another' })).toEqual(before);
  });

  it('is given back', async () => {
    const by = { $set: { dueAt: 9 }, $unset: { claim: '' }, $inc: { attempts: 1 } };
    expect(await update({ claim: 'me', dueAt: 1, attempts: 0 }, by)).toEqual({ dueAt: 9, attempts: 1 });
    expect(await update({ attempts: 3 }, { $inc: { attempts: 0 } })).toEqual({ attempts: 3 });
  });
});

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

it('adds without loss, however many add at once', async () => {
  await things.insertOne({ _id: 1, n: 0 });
  await Promise.all(Array.from({ length: 50 }, () => things.updateOne({ _id: 1 }, { $inc: { n: 1 } })));
  expect(await things.findOne({ _id: 1 })).toEqual({ _id: 1, n: 50 });
});
