import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection, mongo, Schema } from 'mongoose';
import { MongoServer } from './mongo-server';
import type { MongoNotice } from './notice';

let folder: string;
let file: string;
let notices: MongoNotice[];
const open: { close(): Promise<unknown> }[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mongo-server-'));
  file = join(folder, 'mongo');
  notices = [];
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
  await rm(folder, { recursive: true });
});

async function start(maxBytes = 50_000_000): Promise<MongoServer> {
  const evict = { collection: 'chunks', by: 'to' };
  const server = await MongoServer.start({ file, maxBytes, evict, notify: (notice) => notices.push(notice) });
  open.push(server);
  return server;
}

async function connect(server: MongoServer): Promise<mongo.MongoClient> {
  const client = await mongo.MongoClient.connect(server.uriOf('test'), { serverSelectionTimeoutMS: 500 });
  open.push(client);
  return client;
}

it('holds what it held when it was closed: documents, indexes, types', async () => {
  const server = await start();
  const things = (await connect(server)).db().collection<mongo.Document>('things');
  await things.createIndex({ a: 1 }, { unique: true, sparse: true });
  const document = { _id: new mongo.Binary(Buffer.alloc(20, 7)), a: new mongo.Double(5), b: mongo.Long.fromNumber(5) };
  await things.insertMany([document as mongo.Document, { a: 'x' }]);
  for (const one of open.splice(0).reverse()) await one.close();
  const again = (await connect(await start())).db().collection('things');
  expect(await again.findOne({ a: 5 }, { promoteValues: false })).toEqual(document);
  await expect(again.insertOne({ a: 5 })).rejects.toMatchObject({
    code: 11_000,
    keyPattern: { a: 1 },
    keyValue: { a: 5 },
  });
  expect((await again.indexes()).map(({ name }) => name)).toEqual(['_id_', 'a_1']);
  expect(notices).toEqual([]);
});

it('sets a damaged file aside, says so, and starts empty', async () => {
  const server = await start();
  await (await connect(server)).db().collection('things').insertOne({ a: 1 });
  for (const one of open.splice(0).reverse()) await one.close();
  const damaged = (await readFile(file)).subarray(1);
  await writeFile(file, damaged);
  const client = await connect(await start());
  expect(await client.db().collection('things').countDocuments()).toBe(0);
  expect(notices).toMatchObject([{ type: 'load refused', file, error: { name: 'SavedFileDamaged' } }]);
  const [aside = ''] = await readdir(folder);
  expect(notices).toMatchObject([{ movedTo: join(folder, aside) }]);
  expect(await readFile(join(folder, aside))).toEqual(damaged);
});

it('says when it could not save', async () => {
  file = join(folder, 'taken', 'mongo');
  const server = await start();
  await writeFile(join(folder, 'taken'), '');
  await Promise.all([server.close(), server.close()]);
  await server.close();
  expect(notices).toMatchObject([{ type: 'save failed', file }]);
});

it('stays within its bound, and says what had to go', async () => {
  const chunks = (await connect(await start(1_000_000))).db().collection('chunks');
  for (let i = 0; i < 30; i++) await chunks.insertOne({ to: i, text: 'x'.repeat(100_000) });
  const left = await chunks.find().sort({ to: 1 }).project<{ to: number }>({ to: 1 }).toArray();
  expect(left.at(-1)?.to).toBe(29);
  expect(left.length).toBeLessThan(10);
  expect(notices.length).toBeGreaterThan(5);
  for (const notice of notices) expect(notice).toMatchObject({ type: 'evicted', namespace: 'test.chunks' });
});

it.each<[string, object, object]>([
  ['a command', { mapReduce: 'things' }, { codeName: 'CommandNotFound', message: "no such command: 'mapReduce'" }],
  ['an option', { find: 'things', collation: { locale: 'en' } }, { codeName: 'NotImplemented' }],
  ['an operator', { find: 'things', filter: { $where: '1' } }, { codeName: 'NotImplemented' }],
  ['a stage', { aggregate: 'things', pipeline: [{ $lookup: {} }], cursor: {} }, { codeName: 'NotImplemented' }],
  [
    'an index',
    { createIndexes: 'things', indexes: [{ key: { a: 'text' }, name: 'a' }] },
    { codeName: 'NotImplemented' },
  ],
])('refuses %s that it does not know by its name', async (_caption, command, error) => {
  const client = await connect(await start());
  await expect(client.db().command(command)).rejects.toMatchObject({ name: 'MongoServerError', ...error });
});

it('waits with a write for the transaction that holds the document', async () => {
  const client = await connect(await start());
  const things = client.db().collection<{ _id: number; n: number }>('things');
  await things.insertOne({ _id: 1, n: 0 });
  const session = client.startSession();
  session.startTransaction();
  await things.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session });
  let isDone = false;
  const waiting = things.updateOne({ _id: 1 }, { $inc: { n: 10 } }).then(() => (isDone = true));
  expect(await things.findOne({ _id: 1 })).toEqual({ _id: 1, n: 0 });
  expect(isDone).toBe(false);
  await session.commitTransaction();
  await waiting;
  expect(await things.findOne({ _id: 1 })).toEqual({ _id: 1, n: 11 });
  await session.endSession();
});

it('closes while a write waits for a transaction', async () => {
  const server = await start();
  const client = await connect(server);
  const things = client.db().collection<{ _id: number }>('things');
  await things.createIndex({ _id: 1 }); // makes the collection
  const session = client.startSession();
  session.startTransaction();
  await things.insertOne({ _id: 1 }, { session });
  const waiting = things.insertOne({ _id: 1 });
  const outcome = waiting.then(
    () => 'written',
    () => 'refused',
  );
  await client.db().command({ ping: 1 });
  await server.close();
  await client.close();
  expect(['written', 'refused']).toContain(await outcome);
});

it('serves Mongoose', async () => {
  const server = await start();
  const connection = createConnection(server.uriOf('test'));
  open.push({ close: () => connection.close() });
  const Thing = connection.model('Thing', new Schema({ name: { type: String, unique: true }, tags: [String] }));
  await Thing.init();
  await connection.transaction(async (session) => {
    await Thing.create([{ name: 'a', tags: ['x'] }, { name: 'b' }], { session, ordered: true });
  });
  await expect(Thing.create({ name: 'a' })).rejects.toMatchObject({ code: 11_000 });
  await Thing.updateOne({ name: 'a' }, { $push: { tags: 'y' } });
  expect(await Thing.find({ tags: 'y' }).sort({ name: 1 }).lean()).toMatchObject([{ name: 'a', tags: ['x', 'y'] }]);
});
