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

it('adds without loss, however many add at once', async () => {
  await things.insertOne({ _id: 1, n: 0 });
  await Promise.all(Array.from({ length: 50 }, () => things.updateOne({ _id: 1 }, { $inc: { n: 1 } })));
  expect(await things.findOne({ _id: 1 })).toEqual({ _id: 1, n: 50 });
});
