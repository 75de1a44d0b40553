import type { mongo } from 'mongoose';
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
