import { mongo } from 'mongoose';
import { TestDatabase } from '../../support/database';

const THINGS = 'things';
const MIB = 1024 * 1024;

interface Batch {
  readonly ids: readonly unknown[];
  /** Zero: the server has nothing more. */
  readonly id: mongo.Long;
  readonly ns: string;
}

let database: TestDatabase;
let things: mongo.Collection<{ _id: number }>;
beforeEach(async () => {
  database = await TestDatabase.create();
  things = database.db.collection<{ _id: number }>(THINGS);
});
afterEach(async () => database.close());

const fill = (count: number) => things.insertMany(Array.from({ length: count }, (_, _id) => ({ _id })));
const upTo = (end: number, start = 0) => Array.from({ length: end - start }, (_, i) => start + i);

async function batchOf(command: object): Promise<Batch> {
  const { cursor } = await database.db.command(command, { promoteLongs: false });
  const { firstBatch, nextBatch, id, ns } = cursor as {
    firstBatch?: { _id: unknown }[];
    nextBatch?: { _id: unknown }[];
    id: mongo.Long;
    ns: string;
  };
  const ids = (firstBatch ?? nextBatch ?? []).map(({ _id }) => Number(_id));
  return { ids, id, ns };
}
const find = (more: object = {}): Promise<Batch> => batchOf({ find: THINGS, sort: { _id: 1 }, ...more });
const getMore = (id: mongo.Long, more: object = {}): Promise<Batch> =>
  batchOf({ getMore: id, collection: THINGS, ...more });

it('gives 101 documents at first, then the rest', async () => {
  await fill(300);
  const first = await find();
  expect(first.ids).toEqual(upTo(101));
  expect(first.ns).toBe(`${database.name}.${THINGS}`);
  const rest = await getMore(first.id);
  expect(rest.ids).toEqual(upTo(300, 101));
  expect(rest.id.isZero()).toBe(true);
});

it('gives as many as asked for, each batch anew', async () => {
  await fill(10);
  const first = await find({ batchSize: 4 });
  expect([first.ids, (await getMore(first.id, { batchSize: 3 })).ids]).toEqual([upTo(4), upTo(7, 4)]);
  const last = await getMore(first.id, { batchSize: 100 });
  expect([last.ids, last.id.isZero()]).toEqual([upTo(10, 7), true]);
  await expect(getMore(first.id)).rejects.toMatchObject({ code: 43, codeName: 'CursorNotFound' });
});

it('may begin with nothing', async () => {
  await fill(3);
  const first = await find({ batchSize: 0 });
  expect([first.ids, first.id.isZero()]).toEqual([[], false]);
  expect((await getMore(first.id)).ids).toEqual(upTo(3));
});

it.each([
  [{ limit: 3 }, upTo(3)],
  [{ limit: 3, batchSize: 3 }, upTo(3)],
  [{ limit: 3, batchSize: 100 }, upTo(3)],
  [{ batchSize: 5, singleBatch: true }, upTo(5)],
  [{ skip: 8 }, [8, 9]],
  [{ skip: 2, limit: 2 }, [2, 3]],
  [{ skip: 20 }, []],
  [{ batchSize: 100 }, upTo(10)],
])('is done at once with %j', async (more, ids) => {
  await fill(10);
  const batch = await find(more);
  expect([batch.ids, batch.id.isZero()]).toEqual([ids, true]);
});

it('keeps to its limit over several batches', async () => {
  await fill(20);
  const first = await find({ limit: 5, batchSize: 2 });
  const second = await getMore(first.id, { batchSize: 2 });
  const third = await getMore(first.id, { batchSize: 2 });
  expect([...first.ids, ...second.ids, ...third.ids]).toEqual(upTo(5));
  expect(third.id.isZero()).toBe(true);
});

it('gives no more than 16 MiB at a time, and never nothing', async () => {
  const bytes = new mongo.Binary(Buffer.alloc(3 * MIB));
  for (const _id of upTo(8)) await database.db.command({ insert: THINGS, documents: [{ _id, bytes }] });
  const first = await find();
  expect(first.ids).toEqual(upTo(5));
  const second = await getMore(first.id);
  expect([...first.ids, ...second.ids]).toEqual(upTo(8));
  await things.deleteMany({});
  const large = new mongo.Binary(Buffer.alloc(16 * MIB - 100));
  for (const _id of upTo(2)) await database.db.command({ insert: THINGS, documents: [{ _id, large }] });
  expect(await find({ batchSize: 2 })).toMatchObject({ ids: [0] });
  expect((await things.find().toArray()).map(({ _id }) => _id)).toEqual([0, 1]);
});

it('is not there after it was killed', async () => {
  await fill(10);
  const { id } = await find({ batchSize: 2 });
  const unknown = mongo.Long.fromNumber(12_345);
  const reply = await database.db.command({ killCursors: THINGS, cursors: [id, unknown] }, { promoteLongs: false });
  expect(reply).toMatchObject({ cursorsKilled: [id], cursorsNotFound: [unknown], cursorsAlive: [], ok: 1 });
  await expect(getMore(id)).rejects.toMatchObject({ code: 43 });
});

it('is not found where there never was one, nor under the name of another collection', async () => {
  await fill(10);
  await expect(getMore(mongo.Long.fromNumber(12_345))).rejects.toMatchObject({ code: 43 });
  const { id } = await find({ batchSize: 2 });
  await expect(getMore(id, { collection: 'others' })).rejects.toMatchObject({ code: 13 });
  expect((await getMore(id)).ids).toEqual(upTo(10, 2));
});

it('of the driver is given back when it is closed early', async () => {
  await fill(10);
  const cursor = things.find({}, { batchSize: 2 });
  await cursor.next();
  const id = cursor.id;
  await cursor.close();
  expect(id?.isZero()).toBe(false);
  await expect(getMore(id ?? mongo.Long.ZERO)).rejects.toMatchObject({ code: 43 });
});

it('goes on while what it has given is removed', async () => {
  await fill(1_000);
  const seen: number[] = [];
  for await (const { _id } of things.find({}, { batchSize: 50 }).sort({ _id: 1 })) {
    seen.push(_id);
    if (seen.length % 50 === 0) await things.deleteMany({ _id: { $lte: _id } });
  }
  expect(seen).toEqual(upTo(1_000));
  expect(await things.countDocuments()).toBe(0);
});

it('of an aggregation has batches too', async () => {
  await fill(10);
  const pipeline = [{ $sort: { _id: 1 } }];
  const first = await batchOf({ aggregate: THINGS, pipeline, cursor: { batchSize: 4 } });
  expect([first.ids, (await getMore(first.id)).ids]).toEqual([upTo(4), upTo(10, 4)]);
});

it('may have a time limit, which one that is quick never meets', async () => {
  await fill(10);
  expect((await things.find({}, { maxTimeMS: 10_000, batchSize: 3 }).toArray()).length).toBe(10);
  await expect(find({ maxTimeMS: -1 })).rejects.toMatchObject({ code: 2 });
});
