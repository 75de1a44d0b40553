import { mongo } from 'mongoose';
import { TestDatabase } from '../../support/database';

const CHUNKS = 'chunks';
const E11000 = 11_000;

interface Thing extends mongo.BSON.Document {
  readonly _id: number | string;
}

let database: TestDatabase;
let chunks: mongo.Collection<Thing>;
beforeEach(async () => {
  database = await TestDatabase.create();
  chunks = database.db.collection(CHUNKS);
  await chunks.createIndex({ parts: 1 }, { unique: true, sparse: true });
});
afterEach(async () => database.close());

/** A part id: 20 bytes, of which the last is told. */
const part = (last: number, subType = 0): mongo.Binary =>
  new mongo.Binary(Buffer.from([...Array<number>(19).fill(0xee), last]), subType);

/** What the server says of each document of an unordered insert: 0 is stored, else the code of its error. */
async function codesOf(documents: readonly object[]): Promise<number[]> {
  const reply: { n?: unknown; writeErrors?: { index: number; code: number }[] } = await database.db.command({
    insert: CHUNKS,
    documents,
    ordered: false,
  });
  const { writeErrors = [] } = reply;
  expect(reply.n).toBe(documents.length - writeErrors.length);
  return documents.map((_, i) => writeErrors.find(({ index }) => index === i)?.code ?? 0);
}

const partsOf = async (_id: number): Promise<unknown> => (await chunks.findOne({ _id }))?.parts;

it('says of each duplicate which index it met, and with what', async () => {
  await codesOf([{ _id: 'a', parts: [part(1), part(2)] }]);
  const documents = [{ _id: 'b', parts: [part(9), part(2)] }, { _id: 'a' }, { _id: 'c', parts: [part(3)] }];
  const reply = await database.db.command({ insert: CHUNKS, documents, ordered: false });
  const collection = `E11000 duplicate key error collection: ${database.name}.${CHUNKS}`;
  expect(reply).toMatchObject({
    n: 1,
    ok: 1,
    writeErrors: [
      {
        index: 0,
        code: E11000,
        errmsg: `${collection} index: parts_1 dup key: { parts: BinData(0, ${'EE'.repeat(19)}02) }`,
        keyPattern: { parts: 1 },
        keyValue: { parts: part(2) },
      },
      {
        index: 1,
        code: E11000,
        errmsg: `${collection} index: _id_ dup key: { _id: "a" }`,
        keyPattern: { _id: 1 },
        keyValue: { _id: 'a' },
      },
    ],
  });
});

describe('parts of chunks', () => {
  it.each<[string, object[], number[]]>([
    ['are unique among all documents', [{ parts: [part(1)] }, { parts: [part(1)] }], [0, E11000]],
    [
      'are unique one by one',
      [{ parts: [part(1), part(2)] }, { parts: [part(3), part(2)] }, { parts: [part(3)] }],
      [0, E11000, 0],
    ],
    ['may come twice in one document', [{ parts: [part(1), part(1)] }, { parts: [part(1)] }], [0, E11000]],
    ['may be absent in many', [{}, {}, { a: 1 }], [0, 0, 0]],
    ['must not be empty in two', [{ parts: [] }, { parts: [] }], [0, E11000]],
    ['must not be null in two', [{ parts: null }, { parts: null }, {}], [0, E11000, 0]],
    ['differ in a byte', [{ parts: [part(0x7f)] }, { parts: [part(0xff)] }, { parts: [part(0x80)] }], [0, 0, 0]],
    ['differ in their subtype', [{ parts: [part(1, 0)] }, { parts: [part(1, 4)] }], [0, 0]],
    [
      'differ in their length',
      [{ parts: [new mongo.Binary(Buffer.alloc(2))] }, { parts: [new mongo.Binary(Buffer.alloc(3))] }],
      [0, 0],
    ],
    ['need not be a list', [{ parts: part(1) }, { parts: [part(1)] }], [0, E11000]],
  ])('%s', async (_caption, documents, codes) => {
    expect(await codesOf(documents.map((document, _id) => ({ _id, ...document })))).toEqual(codes);
  });

  it('are free again when their document is gone, or has others', async () => {
    await codesOf([{ _id: 1, parts: [part(1)] }]);
    await chunks.deleteOne({ _id: 1 });
    expect(await codesOf([{ _id: 2, parts: [part(1)] }])).toEqual([0]);
    await chunks.updateOne({ _id: 2 }, { $set: { parts: [part(2)] } });
    expect(
      await codesOf([
        { _id: 3, parts: [part(1)] },
        { _id: 4, parts: [part(2)] },
      ]),
    ).toEqual([0, E11000]);
  });

  it('that were refused with their document are not taken', async () => {
    await codesOf([{ _id: 1, parts: [part(1)] }]);
    expect(await codesOf([{ _id: 2, parts: [part(5), part(1)] }])).toEqual([E11000]);
    expect(await codesOf([{ _id: 1, parts: [part(6)] }])).toEqual([E11000]);
    expect(await codesOf([{ _id: 3, parts: [part(5), part(6)] }])).toEqual([0]);
  });

  it('are stored once, however many try at once', async () => {
    const tries = await Promise.all(
      Array.from({ length: 20 }, (_, i) => codesOf([{ _id: `a${i}`, parts: [part(1)] }, { _id: `b${i}` }])),
    );
    expect(tries.filter(([code]) => code === 0)).toHaveLength(1);
    expect(tries.filter(([code]) => code === E11000)).toHaveLength(19);
    expect(await chunks.countDocuments()).toBe(21);
  });
});

describe('an update to a part of another', () => {
  beforeEach(() => codesOf([{ _id: 1, parts: [part(1)] }, { _id: 2, parts: [part(2)] }, { _id: 3 }]));
  const clash = { $set: { parts: [part(3), part(1)] } };
  const duplicate = { code: E11000, keyPattern: { parts: 1 }, keyValue: { parts: part(1) } };

  it('is refused, and changes nothing', async () => {
    await expect(chunks.updateOne({ _id: 2 }, clash)).rejects.toMatchObject(duplicate);
    await expect(chunks.replaceOne({ _id: 2 }, clash.$set)).rejects.toMatchObject({ code: E11000 });
    await expect(chunks.findOneAndUpdate({ _id: 2 }, clash)).rejects.toMatchObject(duplicate);
    await expect(chunks.updateOne({ _id: 4 }, clash, { upsert: true })).rejects.toMatchObject(duplicate);
    expect(await partsOf(2)).toEqual([part(2)]);
    expect(await chunks.countDocuments()).toBe(3);
    expect(await codesOf([{ _id: 5, parts: [part(3)] }])).toEqual([0]);
  });

  it('stops the documents after it, which is told', async () => {
    const reply = await database.db.command({
      update: CHUNKS,
      updates: [
        { q: { _id: 3 }, u: { $set: { a: 1 } } },
        { q: { _id: 2 }, u: clash },
        { q: { _id: 3 }, u: { $set: { b: 1 } } },
      ],
    });
    expect(reply).toMatchObject({ n: 1, nModified: 1, writeErrors: [{ index: 1, ...duplicate }] });
    expect(await chunks.findOne({ _id: 3 })).toEqual({ _id: 3, a: 1 });
  });

  it('that keeps its own parts, or moves them within, is none', async () => {
    await chunks.updateOne({ _id: 1 }, { $set: { parts: [part(4), part(1)] } });
    await chunks.replaceOne({ _id: 1 }, { parts: [part(1)] });
    expect(await partsOf(1)).toEqual([part(1)]);
  });
});

describe('an _id', () => {
  it.each<[string, unknown, unknown, boolean]>([
    ['is the same number in any type', new mongo.Int32(5), new mongo.Double(5), true],
    ['is the same number as a Long', 5, mongo.Long.fromNumber(5), true],
    ['is not rounded', mongo.Long.fromString('9007199254740993'), 9_007_199_254_740_992, false],
    ['of text is no number', '5', 5, false],
    ['of text has its case', 'a', 'A', false],
    ['of text is its code points, not their composition', '\u00e9', 'e\u0301', false],
    ['may be a document', { a: 1, b: 2 }, { a: 1, b: 2 }, true],
    ['that is a document has an order', { a: 1, b: 2 }, { b: 2, a: 1 }, false],
    ['may be a date', new Date(5), new Date(5), true],
    ['may be null', null, null, true],
    ['may be 16 bytes', new mongo.Binary(Buffer.alloc(16, 0xfe)), new mongo.Binary(Buffer.alloc(16, 0xfe)), true],
    ['of bytes has a subtype', new mongo.Binary(Buffer.alloc(16)), new mongo.UUID(Buffer.alloc(16)), false],
  ])('%s', async (_caption, one, other, isSame) => {
    expect(await codesOf([{ _id: one }, { _id: other }])).toEqual([0, isSame ? E11000 : 0]);
  });
});

describe('a unique index over some documents', () => {
  it('is for those that its filter names, from the moment that they do', async () => {
    const alerts = database.db.collection<Thing>('alerts');
    await alerts.createIndex({ print: 1, open: 1 }, { unique: true, partialFilterExpression: { open: true } });
    await alerts.insertMany([
      { _id: 1, print: 'a', open: true },
      { _id: 2, print: 'a' },
      { _id: 3, print: 'a', open: false },
      { _id: 4, print: 'b', open: true },
    ]);
    const third = { _id: 5, print: 'a', open: true };
    await expect(alerts.insertOne(third)).rejects.toMatchObject({
      code: E11000,
      keyPattern: { print: 1, open: 1 },
      keyValue: { print: 'a', open: true },
    });
    await expect(alerts.updateOne({ _id: 2 }, { $set: { open: true } })).rejects.toMatchObject({ code: E11000 });
    await alerts.updateOne({ _id: 1 }, [{ $set: { over: true } }, { $unset: 'open' }]);
    await alerts.insertOne(third);
    expect(await alerts.countDocuments({ open: true })).toBe(2);
  });

  it('of several fields counts an absent one as null', async () => {
    const groups = database.db.collection<Thing>('groups');
    await groups.createIndex({ run: 1, service: 1 }, { unique: true });
    await groups.insertOne({ _id: 1, run: 'a' });
    await groups.insertOne({ _id: 2, run: 'a', service: 's' });
    await expect(groups.insertOne({ _id: 3, run: 'a', service: null })).rejects.toMatchObject({
      code: E11000,
      keyPattern: { run: 1, service: 1 },
    });
  });

  it('is not made over documents that are duplicates already', async () => {
    const groups = database.db.collection('groups');
    await groups.insertMany([{ run: 'a' }, { run: 'a' }]);
    await expect(groups.createIndex({ run: 1 }, { unique: true })).rejects.toMatchObject({
      code: E11000,
      keyPattern: { run: 1 },
      keyValue: { run: 'a' },
    });
    expect((await groups.indexes()).map(({ key }) => key)).toEqual([{ _id: 1 }]);
  });
});

it.each([{ unique: true }, {}])(
  'an index of two fields (%j) holds no document where both are lists',
  async (options) => {
    await chunks.createIndex({ a: 1, b: -1 }, options);
    await codesOf([{ _id: 1, a: [1, 2], b: 1 }]);
    expect(await codesOf([{ _id: 2, a: [3], b: [] }, { _id: 3, a: 3, b: [4, 5] }, { _id: 4 }])).toEqual([171, 0, 0]);
    await expect(chunks.updateOne({ _id: 1 }, { $set: { b: [1] } })).rejects.toMatchObject({ code: 171 });
    expect(await chunks.findOne({ _id: 1 })).toEqual({ _id: 1, a: [1, 2], b: 1 });
  },
);
