import { mongo } from 'mongoose';
import { TestDatabase } from '../../support/database';

let database: TestDatabase;
let db: mongo.Db;
beforeEach(async () => {
  database = await TestDatabase.create();
  db = database.db;
  await db.collection<{ _id: number; a: number }>('things').insertMany([
    { _id: 1, a: 1 },
    { _id: 2, a: 2 },
    { _id: 3, a: 3 },
  ]);
});
afterEach(async () => database.close());

const find = (filter: object, more: object = {}) => ({ find: 'things', filter, sort: { _id: 1 }, ...more });
const update = (u: unknown, more: object = {}) => ({ update: 'things', updates: [{ q: { _id: 1 }, u, ...more }] });
const aggregate = (...pipeline: object[]) => ({ aggregate: 'things', pipeline, cursor: {} });

/** What a command fails with, be it whole or by its one write. */
async function errorOf(command: object): Promise<{ code: unknown; message: string }> {
  try {
    const { writeErrors } = (await db.command(command)) as { writeErrors?: { code: number; errmsg: string }[] };
    const [error] = writeErrors ?? [];
    return { code: error?.code ?? 'none', message: error?.errmsg ?? 'done without an error' };
  } catch (error) {
    if (!(error instanceof mongo.MongoServerError)) throw error;
    return { code: error.code, message: error.message };
  }
}

describe('what is wrong is refused with its code, and named', () => {
  it.each<[string, object, number, RegExp]>([
    ['a command', { frobnicate: 1 }, 59, /no such command: 'frobnicate'/],
    ['an operator of a filter', find({ a: { $frob: 1 } }), 2, /unknown operator: \$frob/],
    ['an operator at the top of a filter', find({ $frob: 1 }), 2, /\$frob/],
    ['$in without a list', find({ a: { $in: 5 } }), 2, /\$in needs an array/],
    ['an expression', find({ $expr: { $frob: 1 } }), 168, /'\$frob'/],
    ['a variable', find({ $expr: { $eq: ['$$FROB', 1] } }), 17_276, /FROB/],
    ['the number of arguments', find({ $expr: { $cond: [1] } }), 16_020, /\$cond/],
    ['a modifier', update({ $frob: { a: 1 } }), 9, /\$frob/],
    ['a stage', aggregate({ $frob: 1 }), 40_324, /'\$frob'/],
    ['a count without a name', aggregate({ $count: '' }), 40_157, /count field/],
    [
      'an unwinding by half',
      aggregate({ $unwind: { path: '$a', preserveNullAndEmptyArrays: 'x' } }),
      28_809,
      /boolean/,
    ],
    ['a limit below zero', find({}, { limit: -2 }), 51_024, /limit/],
    ['no updates', { update: 'things', updates: [] }, 16, /0 operations/],
    ['no deletes', { delete: 'things', deletes: [] }, 16, /0 operations/],
    [
      'an upsert that has a list for its _id',
      { update: 'things', updates: [{ q: { _id: [1] }, u: { $set: { a: 1 } }, upsert: true }] },
      53,
      /array/,
    ],
    ['a sort', find({}, { sort: { a: 5 } }), 15_975, /\$sort/],
    ['a read concern', find({}, { readConcern: { level: 'frob' } }), 9, /readConcern/],
    ['an aggregation without a cursor', { aggregate: 'things', pipeline: [] }, 9, /cursor/],
    ['a replacement of many', update({ b: 1 }, { multi: true }), 9, /multi/],
    ['a limit of deletes', { delete: 'things', deletes: [{ q: {}, limit: 5 }] }, 9, /0 or 1/],
    ['a rise of what is no number', update({ $inc: { 'a.b': 1 } }), 28, /a/],
    ['a push to what is no list', update({ $push: { a: 1 } }), 2, /array/],
    ['two changes of one field', update({ $set: { a: 1 }, $inc: { a: 1 } }), 40, /conflict/],
  ])('%s', async (_caption, command, code, message) => {
    expect(await errorOf(command)).toEqual({ code, message: expect.stringMatching(message) as string });
    expect(await db.collection('things').find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 1, a: 1 },
      { _id: 2, a: 2 },
      { _id: 3, a: 3 },
    ]);
  });
});

/*
 * A server need not know everything. What it does not, it must say: a wrong answer would be worse. So each of these is
 * either answered as MongoDB does, or refused as not known (CommandNotFound, NotImplemented) or not to be had by a word
 * that names it.
 */
describe('what a server may not know is answered right, or refused by its name', () => {
  const ids = ({ cursor }: mongo.BSON.Document): unknown[] =>
    (cursor as { firstBatch: { _id: unknown }[] }).firstBatch.map(({ _id }) => _id);
  const isOk = ({ ok }: mongo.BSON.Document): boolean => ok === 1;
  const isRefused = ({ writeErrors }: mongo.BSON.Document): boolean => Array.isArray(writeErrors);
  const finds =
    (...expected: number[]) =>
    (reply: mongo.BSON.Document) =>
      JSON.stringify(ids(reply)) === JSON.stringify(expected);

  it.each<[string, object, (reply: mongo.BSON.Document) => boolean]>([
    ['frob', find({}, { frob: 1 }), () => false],
    ['$where', find({ $where: 'this.a === 2' }), finds(2)],
    ['$jsonSchema', find({ $jsonSchema: { properties: { a: { minimum: 2 } } } }), finds(2, 3)],
    ['$text', find({ $text: { $search: 'x' } }), () => false],
    ['$geoWithin', find({ a: { $geoWithin: { $center: [[0, 0], 1] } } }), finds()],
    ['a.$', find({ a: 2 }, { projection: { 'a.$': 1 } }), finds(2)],
    ['(?i', find({ a: { $regex: '(?i)x' } }), finds()],
    ['[:', find({ a: { $regex: '[[:alpha:]]' } }), finds()],
    ['$mod', find({ a: { $mod: [2, 1] } }), finds(1, 3)],
    ['$bitsAnyClear', find({ a: { $bitsAnyClear: [0] } }), finds(2)],
    ['collation', find({ a: 1 }, { collation: { locale: 'fr' } }), finds(1)],
    ['let', find({ $expr: { $eq: ['$a', '$$x'] } }, { let: { x: 2 } }), finds(2)],
    ['min', find({}, { min: { _id: 2 }, hint: { _id: 1 } }), finds(2, 3)],
    ['max', find({}, { max: { _id: 2 }, hint: { _id: 1 } }), finds(1)],
    ['returnKey', find({ _id: 2 }, { returnKey: true, hint: { _id: 1 } }), finds(2)],
    ['showRecordId', find({ _id: 2 }, { showRecordId: true }), (reply) => JSON.stringify(reply).includes('$recordId')],
    ['tailable', { find: 'things', tailable: true }, () => false],
    [
      '$lookup',
      aggregate(
        { $lookup: { from: 'none', localField: 'a', foreignField: 'a', as: 'x' } },
        { $match: { x: { $size: 0 } } },
      ),
      finds(1, 2, 3),
    ],
    ['$facet', aggregate({ $facet: { x: [] } }, { $match: { x: { $size: 3 } } }), (reply) => ids(reply).length === 1],
    [
      '$unionWith',
      aggregate({ $unionWith: 'things' }, { $group: { _id: 6, n: { $sum: 1 } } }, { $match: { n: 6 } }),
      finds(6),
    ],
    ['$merge', aggregate({ $merge: 'other' }), isOk],
    ['$out', aggregate({ $out: 'other' }), isOk],
    ['$changeStream', aggregate({ $changeStream: {} }), isOk],
    ['$bucket', aggregate({ $bucket: { groupBy: '$a', boundaries: [0, 2, 9] } }), finds(0, 2)],
    ['$sample', aggregate({ $sample: { size: 9 } }, { $sort: { _id: 1 } }), finds(1, 2, 3)],
    [
      '$function',
      find({ $expr: { $function: { body: 'function(a) { return a > 2 }', args: ['$a'], lang: 'js' } } }),
      finds(3),
    ],
    [
      'mapReduce',
      { mapReduce: 'things', map: 'function() { emit(1, 1) }', reduce: 'function() { return 1 }', out: { inline: 1 } },
      isOk,
    ],
    ['capped', { create: 'capped', capped: true, size: 10_000 }, isOk],
    ['viewOn', { create: 'view', viewOn: 'things', pipeline: [] }, isOk],
    ['timeseries', { create: 'series', timeseries: { timeField: 'at' } }, isOk],
    ['text', { createIndexes: 'things', indexes: [{ key: { a: 'text' }, name: 'a_text' }] }, isOk],
    ['2dsphere', { createIndexes: 'places', indexes: [{ key: { a: '2dsphere' }, name: 'a_2d' }] }, isOk],
    ['hashed', { createIndexes: 'things', indexes: [{ key: { a: 'hashed' }, name: 'a_hashed' }] }, isOk],
    [
      'wildcardProjection',
      { createIndexes: 'things', indexes: [{ key: { '$**': 1 }, name: 'w', wildcardProjection: { a: 1 } }] },
      isOk,
    ],
    ['renameCollection', { renameCollection: 'a.b', to: 'a.c' }, () => false],
    ['arrayFilters', update({ $set: { a: 5 } }, { arrayFilters: [{ 'e.x': 1 }] }), isRefused],
  ])('%s', async (name, command, isRight) => {
    const reply = await db.command(command).catch((error: unknown) => error);
    if (reply instanceof mongo.MongoServerError) expect(reply.message).toContain(name.replace(/^\$/, ''));
    else expect(isRight(reply as mongo.BSON.Document)).toBe(true);
    expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 });
  });
});

it('an error leaves the connection as it was', async () => {
  const client = await mongo.MongoClient.connect(database.uri, { maxPoolSize: 1 });
  let closed = 0;
  client.on('connectionClosed', () => closed++);
  for (let i = 0; i < 5; i++)
    await client
      .db()
      .command({ frobnicate: 1 })
      .catch(() => undefined); // tried above
  expect(await client.db().command({ ping: 1 })).toMatchObject({ ok: 1 });
  expect(closed).toBe(0);
  await client.close();
});
