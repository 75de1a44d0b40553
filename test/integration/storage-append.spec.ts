import { mongo } from 'mongoose';
import { type AppendOutcome, LogStore } from '../../src/storage/append';
import { CHUNKS, type Chunk } from '../../src/storage/chunk';
import { newId } from '../../src/storage/chunk-id';
import { ChunkCollection } from '../../src/storage/chunk-collection';
import { encodeChunk } from '../../src/storage/encode-chunk';
import { recordsOf } from '../../src/storage/open-block';
import { StoreUnavailable } from '../../src/storage/store-unavailable';
import { TestDatabase } from '../support/database';
import { aRecord, openStorage, type Storage } from '../support/storage';

let database: TestDatabase;
let storage: Storage;
let store: LogStore;

beforeEach(async () => {
  database = await TestDatabase.create();
  storage = await openStorage(database.uri);
  store = storage.get(LogStore);
});
afterEach(async () => {
  await storage.close();
  await database.close();
});

let parts = 0;
/** A chunk of one record, by default of a part that is like no other. */
function aChunk(body: string, part: number | null = ++parts): Chunk {
  const id = part === null ? null : Buffer.alloc(20, part);
  return encodeChunk({ id, records: [aRecord({ body })] }, newId);
}

const chunks = () => storage.get(ChunkCollection).native;
const storedBodies = async (): Promise<string[]> =>
  (await chunks().find().toArray())
    .flatMap(recordsOf)
    .map(({ body }) => body)
    .sort();
const statuses = (outcomes: readonly AppendOutcome[]) => outcomes.map(({ status }) => status);

/** Makes this test's inserts, and nobody else's, fail so. */
async function failInserts(times: number, data: object): Promise<void> {
  await database.db.admin().command({
    configureFailPoint: 'failCommand',
    mode: { times },
    data: { failCommands: ['insert'], appName: database.name, ...data },
  });
}

it('stores chunks and gives back their records', async () => {
  const records = [aRecord({ body: 'a' }), aRecord({ body: 'b', timestamp: aRecord().timestamp + 5 })];
  const chunk = encodeChunk({ id: Buffer.alloc(20), records }, newId);
  expect(await store.append([chunk, aChunk('c'), aChunk('d', null)])).toEqual([
    { status: 'stored' },
    { status: 'stored' },
    { status: 'stored' },
  ]);
  expect(await storedBodies()).toEqual(['a', 'b', 'c', 'd']);
  const found = await chunks().findOne({ _id: chunk._id });
  expect(found).toMatchObject({ service: 'shop', from: chunk.from, to: chunk.to, count: 2 });
  expect(recordsOf(found ?? chunk)).toEqual(records);
});

it('stores a part once that comes twice in one batch', async () => {
  const outcomes = await store.append([aChunk('other'), aChunk('twice', 200), aChunk('twice', 200)]);
  expect(statuses(outcomes).sort()).toEqual(['duplicate', 'stored', 'stored']);
  expect(await storedBodies()).toEqual(['other', 'twice']);
});

it('knows a part that another writer stored', async () => {
  const other = await openStorage(database.uri);
  await other.get(LogStore).append([aChunk('once', 201)]);
  await other.close();
  expect(statuses(await store.append([aChunk('once', 201), aChunk('new')]))).toEqual(['duplicate', 'stored']);
  expect(await storedBodies()).toEqual(['new', 'once']);
});

it('knows its own chunks at a second try, with a part or without', async () => {
  const batch = [aChunk('a'), aChunk('b', null)];
  await store.append(batch);
  expect(statuses(await store.append([...batch, aChunk('c', null)]))).toEqual(['stored', 'stored', 'stored']);
  expect(await storedBodies()).toEqual(['a', 'b', 'c']);
});

it('stores the other chunks when the store refuses one', async () => {
  await database.db.command({ collMod: CHUNKS, validator: { service: { $ne: 'refused' } } });
  const refused = { ...aChunk('bad'), service: 'refused' };
  const outcomes = await store.append([aChunk('a'), refused, aChunk('b')]);
  expect(outcomes).toEqual([
    { status: 'stored' },
    { status: 'refused', message: expect.stringMatching(/failed validation \(code 121\)$/) },
    { status: 'stored' },
  ]);
  expect(await storedBodies()).toEqual(['a', 'b']);
});

it.each([
  ['by the server', 16 * 1024 * 1024, /too large.*\(code 2\)$/],
  ['by the server, with its whole command', 16.5 * 1024 * 1024, /invalid/],
  ['on its way there', 20 * 1024 * 1024, /./],
])('refuses a document that is too large %s, and stores the others', async (_caption, bytes, message) => {
  const large = { ...aChunk('large'), minutes: new mongo.Binary(Buffer.alloc(bytes)) };
  const outcomes = await store.append([aChunk('a'), large, aChunk('b')]);
  expect(outcomes[1]).toEqual({ status: 'refused', message: expect.stringMatching(message) });
  expect(statuses(outcomes)).toEqual(['stored', 'refused', 'stored']);
  expect(await storedBodies()).toEqual(['a', 'b']);
});

it('takes a write concern error for an outage, whatever else the reply says of duplicates', async () => {
  await store.append([aChunk('known', 202)]);
  const batch = [aChunk('known', 202), aChunk('new')];
  await failInserts(1, { writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } });
  await expect(store.append(batch)).rejects.toThrow(StoreUnavailable);
  expect(statuses(await store.append(batch))).toEqual(['duplicate', 'stored']);
  expect(await storedBodies()).toEqual(['known', 'new']);
});

it('takes a write concern error for an outage when all are duplicates', async () => {
  await store.append([aChunk('known', 203)]);
  await failInserts(1, {
    writeConcernError: { code: 91, errmsg: 'shutting down', errorLabels: ['RetryableWriteError'] },
  });
  await expect(store.append([aChunk('known', 203)])).rejects.toThrow(StoreUnavailable);
});

it.each([
  ['a lost connection', { closeConnection: true }],
  ['no primary', { errorCode: 10_107 }],
  ['an interruption', { errorCode: 11_602 }],
  ['a time limit', { errorCode: 50 }],
])('takes %s for an outage and works at the next try', async (_caption, data) => {
  const batch = [aChunk('a'), aChunk('b', null)];
  await failInserts(1, data);
  await expect(store.append(batch)).rejects.toThrow(StoreUnavailable);
  expect(statuses(await store.append(batch))).toEqual(['stored', 'stored']);
  expect(await storedBodies()).toEqual(['a', 'b']);
});
