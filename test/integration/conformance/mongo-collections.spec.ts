import { mongo } from 'mongoose';
import { alertPlans } from '../../../src/alerts/alert-documents';
import { ensureCollections } from '../../../src/storage/ensure-collections';
import { TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';

const THINGS = 'things';
/** A server looks for what has expired once a minute. */
const EXPIRED_WITHIN_MS = 75_000;

let database: TestDatabase;
let db: mongo.Db;
beforeEach(async () => {
  database = await TestDatabase.create();
  db = database.db;
});
afterEach(async () => database.close());

const names = async (): Promise<string[]> => (await db.listCollections().toArray()).map(({ name }) => name).sort();
const createIndex = (index: object): Promise<mongo.BSON.Document> =>
  db.command({ createIndexes: THINGS, indexes: [index] });
const indexes = (): Promise<unknown[]> => db.collection(THINGS).listIndexes().toArray();

/** Of an answer whether it is one, of an error its code. */
function toldOf(answer: unknown): object {
  return answer instanceof mongo.MongoServerError ? { code: answer.code } : { ok: (answer as { ok: unknown }).ok };
}

const OF_ID = { v: 2, key: { _id: 1 }, name: '_id_' };

describe('a collection', () => {
  it('is made once', async () => {
    expect(await db.command({ create: THINGS })).toMatchObject({ ok: 1 });
    await expect(db.command({ create: THINGS })).rejects.toMatchObject({
      code: 48,
      codeName: 'NamespaceExists',
      message: `Collection ${database.name}.${THINGS} already exists.`,
    });
    const tries = Array.from({ length: 8 }, () => db.createCollection('others'));
    const outcomes = await Promise.allSettled(tries);
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    expect(outcomes.length - refused.length).toBeGreaterThanOrEqual(1);
    for (const error of refused) expect(error).toMatchObject({ code: 48 });
    expect(await names()).toEqual(['others', THINGS]);
  });

  it('is made by the first document, and by the first index', async () => {
    await db.collection('by_document').insertOne({ a: 1 });
    await db.collection('by_upsert').updateOne({ a: 1 }, { $set: { b: 1 } }, { upsert: true });
    expect(await createIndex({ key: { a: 1 }, name: 'a_1' })).toMatchObject({ createdCollectionAutomatically: true });
    expect(await names()).toEqual(['by_document', 'by_upsert', THINGS]);
  });

  it('is listed with what it is', async () => {
    await db.createCollection(THINGS);
    expect(await db.listCollections().toArray()).toEqual([
      {
        name: THINGS,
        type: 'collection',
        options: {},
        info: { readOnly: false, uuid: expect.anything() as unknown },
        idIndex: OF_ID,
      },
    ]);
    await db.createCollection('others');
    const some = await db.listCollections({ name: THINGS }, { nameOnly: true }).toArray();
    expect(some).toEqual([{ name: THINGS, type: 'collection' }]);
    expect(await db.listCollections({ name: 'none' }).toArray()).toEqual([]);
  });

  it('is dropped with all that it held', async () => {
    await createIndex({ key: { a: 1 }, name: 'a_1', unique: true });
    await db.collection(THINGS).insertOne({ a: 1 });
    expect(await db.command({ drop: THINGS })).toMatchObject({
      nIndexesWas: 2,
      ns: `${database.name}.${THINGS}`,
      ok: 1,
    });
    expect(await names()).toEqual([]);
    await db.collection(THINGS).insertMany([{ a: 1 }, { a: 1 }]);
    expect(await indexes()).toEqual([OF_ID]);
  });

  it('that is not there need not be dropped', async () => {
    await db.collection(THINGS).drop();
    const answer: unknown = await db.command({ drop: THINGS }).catch((error: unknown) => error);
    expect([{ ok: 1 }, { code: 26 }]).toContainEqual(toldOf(answer)); // an error up to MongoDB 6
  });

  it.each(['a$b', '', 'x'.repeat(300)])('cannot be called %j', async (name) => {
    await expect(db.command({ create: name })).rejects.toMatchObject({ code: 73, codeName: 'InvalidNamespace' });
  });

  it('goes with its database', async () => {
    await db.collection(THINGS).insertOne({ a: 1 });
    const listed = async () => (await db.admin().listDatabases()).databases.map(({ name }) => name);
    expect(await listed()).toContain(database.name);
    expect(await db.command({ dropDatabase: 1 })).toMatchObject({ ok: 1 });
    expect(await db.command({ dropDatabase: 1 })).toMatchObject({ ok: 1 });
    expect(await listed()).not.toContain(database.name);
    expect(await names()).toEqual([]);
  });
});

describe('an index', () => {
  beforeEach(() => db.createCollection(THINGS));

  it('is listed as it was made', async () => {
    const made = [
      { key: { span: 1, service: 1, to: -1 }, name: 'span_1_service_1_to_-1' },
      { key: { parts: 1 }, name: 'parts_1', unique: true, sparse: true },
      { key: { at: 1 }, name: 'at_1', expireAfterSeconds: 864_000 },
      { key: { a: 1, b: 1 }, name: 'named', unique: true, partialFilterExpression: { open: true } },
      { key: { dueAt: 1 }, name: 'dueAt_1', sparse: true },
    ];
    for (const index of made) await createIndex(index);
    expect(await indexes()).toEqual([OF_ID, ...made.map((index) => ({ v: 2, ...index }))]);
    const { cursor } = await db.command({ listIndexes: THINGS });
    expect(cursor).toMatchObject({ ns: `${database.name}.${THINGS}` });
  });

  it('is counted as it is made', async () => {
    const index = { key: { a: 1 }, name: 'a_1', unique: true };
    expect(await createIndex(index)).toMatchObject({
      numIndexesBefore: 1,
      numIndexesAfter: 2,
      createdCollectionAutomatically: false,
      ok: 1,
    });
    expect(await createIndex(index)).toMatchObject({ numIndexesBefore: 2, numIndexesAfter: 2, ok: 1 });
    const two = [index, { key: { b: 1 }, name: 'b_1' }];
    expect(await db.command({ createIndexes: THINGS, indexes: two })).toMatchObject({ numIndexesAfter: 3 });
  });

  it.each<[string, object, number]>([
    ['another name', { key: { a: 1 }, name: 'other', expireAfterSeconds: 10 }, 85],
    ['another expiry', { key: { a: 1 }, name: 'a_1', expireAfterSeconds: 20 }, 85],
    ['no expiry', { key: { a: 1 }, name: 'a_1' }, 85],
    ['a name that is taken', { key: { b: 1 }, name: 'a_1' }, 86],
    ['a taken name, but unique', { key: { a: 1 }, name: 'a_1', unique: true, expireAfterSeconds: 10 }, 86],
  ])('is not made again with %s', async (_caption, index, code) => {
    await createIndex({ key: { a: 1 }, name: 'a_1', expireAfterSeconds: 10 });
    await expect(createIndex(index)).rejects.toMatchObject({
      code,
      codeName: code === 85 ? 'IndexOptionsConflict' : 'IndexKeySpecsConflict',
    });
    expect(await indexes()).toHaveLength(2);
  });

  it.each<[string, object, number]>([
    ['a name', { key: { a: 1 } }, 9],
    ['a key', { name: 'a_1' }, 9],
    ['an expiry of one date', { key: { a: 1, b: 1 }, name: 'a_b', expireAfterSeconds: 1 }, 67],
    ['an expiry of 0 or more', { key: { a: 1 }, name: 'a', expireAfterSeconds: -1 }, 67],
    ['an expiry below 2^31', { key: { a: 1 }, name: 'a', expireAfterSeconds: 2 ** 31 }, 67],
    ['a name of some letters', { key: { a: 1 }, name: '' }, 67],
    ['a part that an index can have', { key: { a: 1 }, name: 'a', partialFilterExpression: { b: { $ne: 1 } } }, 67],
    ['a part that is there', { key: { a: 1 }, name: 'a', partialFilterExpression: { b: { $exists: false } } }, 67],
    ['a part or be sparse', { key: { a: 1 }, name: 'a', sparse: true, partialFilterExpression: { b: 1 } }, 67],
    ['options that are known', { key: { a: 1 }, name: 'a', frob: 1 }, 197],
  ])('must have %s', async (_caption, index, code) => {
    await expect(createIndex(index)).rejects.toMatchObject({ code });
    expect(await indexes()).toEqual([OF_ID]);
  });

  it('is dropped by its name or its key, all of them by a star, that of _id never', async () => {
    const drop = (index: unknown) => db.command({ dropIndexes: THINGS, index });
    for (const name of ['a', 'b', 'c', 'd']) await createIndex({ key: { [name]: 1 }, name });
    expect(await drop('a')).toMatchObject({ nIndexesWas: 5, ok: 1 });
    expect(await drop({ b: 1 })).toMatchObject({ nIndexesWas: 4, ok: 1 });
    await expect(drop('a')).rejects.toMatchObject({ code: 27, codeName: 'IndexNotFound' });
    await expect(drop('_id_')).rejects.toMatchObject({ code: 72 });
    expect(await drop('*')).toMatchObject({ nIndexesWas: 3, ok: 1 });
    expect(await indexes()).toEqual([OF_ID]);
  });

  it('of a collection that is not there cannot be listed', async () => {
    await expect(db.command({ listIndexes: 'none' })).rejects.toMatchObject({
      code: 26,
      codeName: 'NamespaceNotFound',
    });
  });
});

describe('an expiry', () => {
  const collMod = (more: object, collection = THINGS) =>
    db.command({ collMod: collection, index: { keyPattern: { at: 1 }, ...more } });
  beforeEach(() => createIndex({ key: { at: 1 }, name: 'at_1', expireAfterSeconds: 10 }));

  it('is changed where it is', async () => {
    expect(await collMod({ expireAfterSeconds: 20 })).toMatchObject({
      expireAfterSeconds_old: 10,
      expireAfterSeconds_new: 20,
      ok: 1,
    });
    expect(await indexes()).toContainEqual({ v: 2, key: { at: 1 }, name: 'at_1', expireAfterSeconds: 20 });
  });

  it('is not changed where there is none', async () => {
    await expect(collMod({ expireAfterSeconds: 20 }, 'none')).rejects.toMatchObject({ code: 26 });
    const other = collMod({ keyPattern: { b: 1 }, expireAfterSeconds: 20 });
    await expect(other).rejects.toMatchObject({ code: 27 });
  });

  it('follows the plan, by several at once', async () => {
    const expiryIs = async (seconds: number) => {
      await Promise.all(Array.from({ length: 4 }, () => ensureCollections(db, alertPlans(seconds / 86_400))));
      const ofAlerts = await db.collection('alerts').listIndexes().toArray();
      expect(ofAlerts.filter(({ expireAfterSeconds }) => expireAfterSeconds !== undefined)).toEqual([
        { v: 2, key: { endedAt: 1 }, name: 'endedAt_1', expireAfterSeconds: seconds },
      ]);
      expect(ofAlerts).toHaveLength(8);
    };
    await expiryIs(10 * 86_400);
    await expiryIs(3 * 86_400);
  });

  it(
    'removes what has expired by itself, and nothing else',
    async () => {
      const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
      const soon = await db.createCollection<{ _id: number }>('soon');
      await soon.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
      await soon.insertMany([{ _id: 1, expiresAt: ago(1) }, { _id: 2, expiresAt: ago(-3_600) }, { _id: 3 }] as never[]);
      const things = db.collection<{ _id: number; at?: unknown }>(THINGS);
      await things.insertMany([
        { _id: 1, at: ago(60) },
        { _id: 2, at: ago(-60) },
        { _id: 3 },
        { _id: 4, at: ago(60).toISOString() },
        { _id: 5, at: ago(60).getTime() },
        { _id: 6, at: null },
        { _id: 7, at: [ago(-60), ago(60)] },
        { _id: 8, at: [] },
      ]);
      const left = async () =>
        Promise.all(
          [soon, things].map(async (one) => (await one.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id)),
        );
      await eventually(async () => !(await left()).some((ids) => ids.includes(1)), { timeoutMs: EXPIRED_WITHIN_MS });
      expect(await left()).toEqual([
        [2, 3],
        [2, 3, 4, 5, 6, 8],
      ]);
    },
    EXPIRED_WITHIN_MS + 10_000,
  );
});
