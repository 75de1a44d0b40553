import { randomBytes } from 'node:crypto';
import { mongo } from 'mongoose';
import { TestDatabase } from '../../support/database';

interface Thing extends mongo.BSON.Document {
  readonly _id: number | string | mongo.Binary;
}

let database: TestDatabase;
let things: mongo.Collection<Thing>;
beforeEach(async () => {
  database = await TestDatabase.create();
  things = database.db.collection<Thing>('things');
});
afterEach(async () => database.close());

const binary = (bytes: Uint8Array | number, subType?: number): mongo.Binary =>
  new mongo.Binary(typeof bytes === 'number' ? randomBytes(bytes) : bytes, subType);

describe('what was stored is read back', () => {
  it.each<[string, unknown]>([
    ['bytes', binary(Buffer.from([0, 1, 127, 128, 255, 0]))],
    ['no bytes', binary(0)],
    ['a mebibyte of any bytes', binary(1024 * 1024)],
    ['bytes of a subtype', binary(20, 0x80)],
    ['a UUID', new mongo.UUID()],
    ['an integer of 32 bits', new mongo.Int32(5)],
    ['a double that is whole', new mongo.Double(5)],
    ['a double of microseconds', new mongo.Double(1_795_428_000_123_456)],
    ['an integer of 64 bits that is small', mongo.Long.fromNumber(5)],
    ['the largest integer of 64 bits', mongo.Long.MAX_VALUE],
    ['minus zero', new mongo.Double(-0)],
    ['no number', new mongo.Double(NaN)],
    ['infinity', new mongo.Double(-Infinity)],
    ['a decimal', mongo.Decimal128.fromString('1.10')],
    ['null', null],
    ['true', true],
    ['a date before 1970', new Date(-1)],
    ['text beyond ASCII', 'äß 漢字 \u{1F600} \u0000 end'],
    ['an empty text', ''],
    ['an ObjectId', new mongo.ObjectId()],
    ['a timestamp', new mongo.Timestamp({ t: 1, i: 2 })],
    ['a regular expression', new mongo.BSONRegExp('^a', 'i')],
    ['the least and the greatest', [new mongo.MinKey(), new mongo.MaxKey()]],
    ['nested lists and documents', [{ a: [[], {}, [{ b: [1, 'x', null] }]] }]],
  ])('%s, byte by byte', async (_caption, value) => {
    const document = { _id: 1, value, deep: { value, list: [value] } };
    await things.insertOne(document);
    const options = { raw: true, promoteValues: false } as const;
    const [read] = await things.find<Buffer>({}, options).toArray();
    expect(Buffer.from(read ?? []).equals(mongo.BSON.serialize(document))).toBe(true);
    const [projected] = await things.find<Buffer>({}, { ...options, projection: { deep: 0 } }).toArray();
    expect(Buffer.from(projected ?? []).equals(mongo.BSON.serialize({ _id: 1, value }))).toBe(true);
    // Also when another field of it has been changed meanwhile, by either kind of update.
    await things.updateOne({ _id: 1 }, { $set: { more: 1 } });
    await things.updateOne({ _id: 1 }, [{ $unset: 'more' }]);
    const [updated] = await things.find<Buffer>({}, options).toArray();
    expect(Buffer.from(updated ?? []).equals(mongo.BSON.serialize(document))).toBe(true);
  });
});

describe('an order', () => {
  const inOrder = async (values: readonly unknown[], direction: 1 | -1 = 1): Promise<unknown[]> => {
    await things.insertMany(values.map((value, _id) => ({ _id, value })));
    return (await things.find().sort({ value: direction }).toArray()).map(({ value }) => value as unknown);
  };

  it('of text is that of its code points', async () => {
    const sorted = ['', 'A', 'Z', 'a', 'aa', 'b', 'z', 'ä', '\uFFFD', '\u{1F600}'];
    expect(await inOrder([...sorted].reverse())).toEqual(sorted);
  });

  it('of numbers is that of their values, whatever their type', async () => {
    const sorted = [-Infinity, -1, 0, 0.5, 1, 1.5, 2, 2 ** 53, Infinity];
    const typed = sorted.map((value, i) =>
      i % 2 === 0 || !Number.isSafeInteger(value) ? new mongo.Double(value) : mongo.Long.fromNumber(value),
    );
    expect(await inOrder(typed.reverse())).toEqual(sorted);
  });

  it('of bytes is by length first', async () => {
    const sorted = [[255], [0, 0], [0, 128], [127, 0], [255, 1], [0, 0, 0]].map((bytes) => binary(Buffer.from(bytes)));
    expect(await inOrder([...sorted].reverse())).toEqual(sorted);
  });

  it('may go down', async () => {
    expect(await inOrder([2, 3, 1], -1)).toEqual([3, 2, 1]);
  });

  it('of several fields goes by the first that differs', async () => {
    await things.insertMany(
      [
        [3, 'b', 'warn'],
        [3, 'a', 'warn'],
        [5, 'z', 'info'],
        [3, 'a', 'info'],
      ].map(([records, service, severity], _id) => ({ _id, records, service, severity })),
    );
    const sorted = await things.find().sort({ records: -1, service: 1, severity: 1 }).toArray();
    expect(sorted.map(({ _id }) => _id)).toEqual([2, 3, 1, 0]);
  });

  it('of equal ones is settled by _id where that is asked for', async () => {
    const at = new Date(5);
    await things.insertMany(['b', 'd', 'a', 'c'].map((_id) => ({ _id, at })));
    await things.insertOne({ _id: 'old', at: new Date(4) });
    const page = (after: string | null) =>
      things
        .find(after === null ? {} : { at: { $lte: at }, $or: [{ at: { $lt: at } }, { _id: { $lt: after } }] })
        .sort({ at: -1, _id: -1 })
        .limit(2)
        .map(({ _id }) => _id)
        .toArray();
    expect([await page(null), await page('c'), await page('a')]).toEqual([['d', 'c'], ['b', 'a'], ['old']]);
  });

  it('that is stable gives every document once, page by page', async () => {
    await things.insertMany(Array.from({ length: 250 }, (_, _id) => ({ _id, group: _id % 3 })));
    const found = await things.find({}, { batchSize: 7 }).sort({ group: 1, _id: -1 }).toArray();
    expect(new Set(found.map(({ _id }) => _id)).size).toBe(250);
    expect(found[0]?._id).toBe(249);
  });
});

describe('a projection', () => {
  const document = {
    _id: 1,
    service: 'a',
    at: 5,
    blocks: [{ from: 1, times: 'x' }, { from: 2 }],
    deep: { a: 1, b: 2 },
  };
  beforeEach(() => things.insertOne(document));

  it.each<[object, object]>([
    [{}, document],
    [{ at: 1 }, { _id: 1, at: 5 }],
    [
      { at: 1, service: 1, none: 1 },
      { _id: 1, service: 'a', at: 5 },
    ],
    [{ _id: 0, at: 1 }, { at: 5 }],
    [{ _id: 1 }, { _id: 1 }],
    [
      { _id: 0, blocks: 0, deep: 0, none: 0 },
      { service: 'a', at: 5 },
    ],
    [{ blocks: 0 }, { _id: 1, service: 'a', at: 5, deep: { a: 1, b: 2 } }],
    [{ 'deep.a': 1 }, { _id: 1, deep: { a: 1 } }],
    [{ 'blocks.from': 1 }, { _id: 1, blocks: [{ from: 1 }, { from: 2 }] }],
    [
      { 'deep.a': 0, blocks: 0 },
      { _id: 1, service: 'a', at: 5, deep: { b: 2 } },
    ],
  ])('%j', async (projection, expected) => {
    const found = await things.findOne({}, { projection });
    expect(JSON.stringify(found)).toBe(JSON.stringify(expected));
  });

  it('cannot take in and leave out', async () => {
    await expect(things.findOne({}, { projection: { at: 1, service: 0 } })).rejects.toMatchObject({ code: 31_254 });
  });
});

describe('a hint', () => {
  beforeEach(async () => {
    await things.createIndex({ span: 1, to: -1 });
    await things.insertMany([1, 2, 3].map((_id) => ({ _id, span: 'hour', to: _id })));
  });
  const withHint = (hint: mongo.Hint) => things.find({ span: 'hour' }, { hint }).sort({ to: -1 }).toArray();

  it('names an index by its keys or its name', async () => {
    const ids = async (hint: mongo.Hint) => (await withHint(hint)).map(({ _id }) => _id);
    expect(await ids({ span: 1, to: -1 })).toEqual([3, 2, 1]);
    expect(await ids('span_1_to_-1')).toEqual([3, 2, 1]);
    expect(await ids({ _id: 1 })).toEqual([3, 2, 1]);
  });

  it.each<[mongo.Hint]>([[{ to: 1 }], [{ span: 1, to: 1 }], ['span_1']])('to none is an error: %j', async (hint) => {
    await expect(withHint(hint)).rejects.toMatchObject({
      code: 2,
      codeName: 'BadValue',
      message: expect.stringContaining('hint provided does not correspond to an existing index') as string,
    });
  });
});

describe('a collection', () => {
  it('that is not there is empty', async () => {
    expect(await things.find({}, { hint: { a: 1 } }).toArray()).toEqual([]);
    expect(await things.findOne({ _id: 1 })).toBeNull();
    expect(await things.countDocuments()).toBe(0);
    expect(await things.estimatedDocumentCount()).toBe(0);
    expect(await things.distinct('a')).toEqual([]);
  });

  it('is counted', async () => {
    await things.insertMany(Array.from({ length: 150 }, (_, _id) => ({ _id, even: _id % 2 === 0 })));
    expect(await things.countDocuments()).toBe(150);
    expect(await things.countDocuments({ even: true })).toBe(75);
    expect(await things.countDocuments({ even: true }, { skip: 70, limit: 10 })).toBe(5);
    expect(await things.estimatedDocumentCount()).toBe(150);
    expect(await things.distinct('even', { _id: { $lt: 1 } })).toEqual([true]);
  });

  it('has no value where a list is empty', async () => {
    await things.insertMany([{ _id: 1, a: [] }, { _id: 2, a: [1, [2]] }, { _id: 3 }]);
    expect(await things.distinct('a')).toEqual([1, [2]]);
  });

  it('is added up', async () => {
    await things.insertMany([1, 2, 3, 4].map((_id) => ({ _id, service: _id > 2 ? 'b' : 'a', count: _id })));
    const sums = things.aggregate([
      { $match: { _id: { $gt: 1 } } },
      { $group: { _id: '$service', records: { $sum: '$count' }, chunks: { $sum: 1 } } },
      { $sort: { _id: -1 } },
    ]);
    expect(await sums.toArray()).toEqual([
      { _id: 'b', records: 7, chunks: 2 },
      { _id: 'a', records: 2, chunks: 1 },
    ]);
  });
});
