import { mongo } from 'mongoose';
import { MongoServer } from './mongo-server';
import type { MongoNotice } from './notice';

const notices: MongoNotice[] = [];
let server: MongoServer;
let client: mongo.MongoClient;
beforeAll(async () => {
  server = await MongoServer.start({
    maxBytes: 100_000_000,
    evict: { collection: 'chunks', by: 'to' },
    notify: (notice) => notices.push(notice),
  });
  client = await mongo.MongoClient.connect(server.uriOf('test'));
});
afterAll(async () => {
  await client.close();
  await server.close();
  expect(notices).toEqual([]);
});

it('inserts, finds, updates', async () => {
  const things = client.db().collection<{ _id: number; a?: number }>('things');
  await things.insertMany([
    { _id: 1, a: 5 },
    { _id: 2, a: 3 },
  ]);
  await things.createIndex({ a: 1 }, { unique: true });
  expect(await things.find().sort({ a: 1 }).toArray()).toEqual([
    { _id: 2, a: 3 },
    { _id: 1, a: 5 },
  ]);
  expect(await things.updateOne({ _id: 1 }, { $inc: { a: 1 } })).toMatchObject({ matchedCount: 1, modifiedCount: 1 });
  await expect(things.insertOne({ _id: 3, a: 6 })).rejects.toMatchObject({
    code: 11000,
    keyPattern: { a: 1 },
    keyValue: { a: 6 },
  });
  expect(await things.countDocuments()).toBe(2);
});
