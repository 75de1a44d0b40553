import { mongo } from 'mongoose';
import { insertDurably } from '../../../src/storage/durable-insert';
import { TestDatabase } from '../../support/database';
import { messageBody, OP_MSG, WireConnection } from '../../support/mongo-wire';

const THINGS = 'things';
const DURABLE = { w: 'majority', j: true, wtimeout: 8_000 } as const;
const MIB = 1024 * 1024;

interface Thing extends mongo.BSON.Document {
  readonly _id: number | string;
}

let database: TestDatabase;
let things: mongo.Collection<Thing>;
beforeEach(async () => {
  database = await TestDatabase.create();
  things = database.db.collection(THINGS);
});
afterEach(async () => database.close());

const insert = (documents: object[], more: object = {}): Promise<mongo.BSON.Document> =>
  database.db.command({ insert: THINGS, documents, writeConcern: DURABLE, ...more });

const stored = async (): Promise<unknown[]> => (await things.find().sort({ _id: 1 }).toArray()).map(({ _id }) => _id);

describe('an insert', () => {
  it('says how many it stored, and makes the collection', async () => {
    const reply = await insert([{ _id: 1 }, { _id: 2 }]);
    expect(reply).toMatchObject({ n: 2, ok: 1 });
    expect(reply).not.toHaveProperty('writeErrors');
    expect(await stored()).toEqual([1, 2]);
  });

  it('goes on after an error where it is unordered', async () => {
    await insert([{ _id: 2 }]);
    const reply = await insert([{ _id: 1 }, { _id: 2 }, { _id: 3 }, { _id: 1 }], { ordered: false });
    expect(reply).toMatchObject({
      n: 2,
      ok: 1,
      writeErrors: [
        { index: 1, code: 11_000 },
        { index: 3, code: 11_000 },
      ],
    });
    expect(await stored()).toEqual([1, 2, 3]);
  });

  it.each([{}, { ordered: true }])('stops at the first error where it is ordered: %j', async (ordered) => {
    await insert([{ _id: 2 }]);
    const reply = await insert([{ _id: 1 }, { _id: 2 }, { _id: 3 }, { _id: 2 }], ordered);
    expect(reply).toMatchObject({ n: 1, ok: 1, writeErrors: [{ index: 1, code: 11_000 }] });
    expect(reply['writeErrors']).toHaveLength(1);
    expect(await stored()).toEqual([1, 2]);
  });

  it('puts _id first, and makes one where the client made none', async () => {
    const wire = await WireConnection.open(database.uri);
    await wire.command({ insert: THINGS, documents: [{ a: 1, _id: 'given' }, { a: 2 }], $db: database.name });
    await wire.close();
    const found = await database.db.collection(THINGS).find().sort({ a: 1 }).toArray();
    expect(found.map((document) => Object.keys(document))).toEqual([
      ['_id', 'a'],
      ['_id', 'a'],
    ]);
    expect(found[0]?._id).toBe('given');
    expect(found[1]?._id).toBeInstanceOf(mongo.ObjectId);
  });

  it('keeps the order of fields, and names as they are', async () => {
    const document = { _id: 1, z: 1, a: { y: 1, b: 2 }, '': 'empty', 'ä ö': 1, m: [{ q: 1, c: 2 }] };
    await insert([document]);
    expect(JSON.stringify(await things.findOne())).toBe(JSON.stringify(document));
  });

  it.each([
    ['an array', [1]],
    ['a regular expression', /a/],
  ])('refuses an _id that is %s', async (_caption, _id) => {
    const wire = await WireConnection.open(database.uri);
    const documents = [mongo.BSON.serialize({ _id })];
    const reply = await wire.command({ insert: THINGS, $db: database.name }, [{ name: 'documents', documents }]);
    await wire.close();
    expect(reply).toMatchObject({ n: 0, ok: 1, writeErrors: [{ index: 0, code: 53 }] });
  });

  it('takes a document of 16 MiB, and refuses a larger one, naming sizes', async () => {
    const empty = mongo.BSON.calculateObjectSize({ _id: 1, bytes: new mongo.Binary(Buffer.alloc(0)) });
    const ofSize = (_id: number, size: number) => ({ _id, bytes: new mongo.Binary(Buffer.alloc(size - empty)) });
    expect(await insert([ofSize(1, 16 * MIB)])).toMatchObject({ n: 1 });
    expect(await insert([{ _id: 0 }, ofSize(2, 16 * MIB + 1), { _id: 3 }], { ordered: false })).toMatchObject({
      n: 2,
      writeErrors: [
        { index: 1, code: 2, errmsg: 'object to insert too large. size in bytes: 16777217, max size: 16777216' },
      ],
    });
    expect(await stored()).toEqual([0, 1, 3]);
  });

  it('of nothing is an error', async () => {
    await expect(insert([])).rejects.toMatchObject({ code: 16, codeName: 'InvalidLength' });
    await expect(database.db.command({ insert: THINGS })).rejects.toMatchObject({ code: 40_414 });
  });

  it('can carry 1,000 documents and 15 MiB', async () => {
    const bytes = new mongo.Binary(Buffer.alloc(15 * 1024, 7));
    const documents = Array.from({ length: 1_000 }, (_, _id) => ({ _id, bytes }));
    expect(await insert(documents, { ordered: false })).toMatchObject({ n: 1_000 });
    expect(await things.countDocuments()).toBe(1_000);
  });

  it('that more members should have than there are is done, and complained of', async () => {
    const inserting = insert([{ _id: 1 }], { writeConcern: { w: 2, wtimeout: 500 } });
    await expect(inserting).rejects.toThrow(mongo.MongoWriteConcernError);
    await expect(inserting).rejects.toMatchObject({ code: 100 });
    expect(await stored()).toEqual([1]);
  });
});

describe('a durable insert', () => {
  it('tells what is stored, what was there, and what is too large', async () => {
    await database.db.collection(THINGS).createIndex({ parts: 1 }, { unique: true, sparse: true });
    const part = new mongo.Binary(Buffer.alloc(20, 1));
    const documents = [
      { _id: 1, parts: [part] },
      { _id: 2, parts: [part] },
      { _id: 3, bytes: new mongo.Binary(Buffer.alloc(16 * MIB)) },
      { _id: 4 },
    ];
    const statuses = ['stored', 'duplicate', 'refused', 'stored'];
    expect((await insertDurably(database.db, THINGS, documents)).map(({ status }) => status)).toEqual(statuses);
    expect((await insertDurably(database.db, THINGS, documents)).map(({ status }) => status)).toEqual(statuses);
    expect(await stored()).toEqual([1, 4]);
  });
});

describe('broken BSON', () => {
  const whole = Buffer.from(mongo.BSON.serialize({ _id: 1, text: 'abc' }));
  const changed = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(whole);
    change(bytes);
    return bytes;
  };
  it.each<[string, Buffer]>([
    ['of an unknown type', changed((bytes) => (bytes[4] = 0x50))],
    ['with a text longer than the document', changed((bytes) => bytes.writeInt32LE(1_000, whole.length - 9))],
    ['with a text of a negative length', changed((bytes) => bytes.writeInt32LE(-1, whole.length - 9))],
    ['without its end', changed((bytes) => (bytes[whole.length - 1] = 1))],
    ['shorter than it says', whole.subarray(0, -3)],
    ['longer than what holds it', changed((bytes) => bytes.writeInt32LE(100, 0))],
    ['of a negative length', changed((bytes) => bytes.writeInt32LE(-5, 0))],
  ])('%s is an error, and no document', async (_caption, document) => {
    await insert([{ _id: 'before' }]);
    const wire = await WireConnection.open(database.uri);
    wire.send(
      OP_MSG,
      messageBody({ insert: THINGS, $db: database.name }, 0, [{ name: 'documents', documents: [document] }]),
    );
    const refused = await wire.answer().then(
      ({ document: { ok, writeErrors } }) => ok === 0 || Array.isArray(writeErrors),
      () => true, // the server ended the connection, which will do
    );
    await wire.close();
    expect(refused).toBe(true);
    expect(await stored()).toEqual(['before']);
  });
});

describe('a delete', () => {
  beforeEach(async () => {
    await things.insertMany([1, 2, 3, 4, 5].map((_id) => ({ _id, even: _id % 2 === 0 })));
  });

  it('removes one or all, and says how many', async () => {
    const reply = await database.db.command({
      delete: THINGS,
      deletes: [
        { q: { even: false }, limit: 1 },
        { q: { even: true }, limit: 0 },
        { q: { _id: 'none' }, limit: 0 },
      ],
    });
    expect(reply).toMatchObject({ n: 3, ok: 1 });
    expect(await things.countDocuments()).toBe(2);
    expect(await things.countDocuments({ even: true })).toBe(0);
  });

  it('of the same documents twice at once removes each once', async () => {
    const removing = () => things.deleteMany({ _id: { $in: [1, 2, 3] } }, { writeConcern: { w: 'majority' } });
    const removed = await Promise.all([removing(), removing(), removing()]);
    expect(removed.reduce((sum, { deletedCount }) => sum + deletedCount, 0)).toBe(3);
    expect(await stored()).toEqual([4, 5]);
  });

  it('in a collection that is not there removes nothing', async () => {
    expect(await database.db.collection('none').deleteMany({})).toEqual({ acknowledged: true, deletedCount: 0 });
  });
});
