import { mongo } from 'mongoose';
import { StoreDatabase } from '../../../src/storage/store-database';
import { checkRequirements } from '../../../src/storage/store-requirements';
import { TestDatabase } from '../../support/database';
import { eventually } from '../../support/eventually';
import {
  messageBody,
  MORE_TO_COME,
  OP_MSG,
  OP_QUERY,
  OP_REPLY,
  queryBody,
  wireMessage,
  WireConnection,
} from '../../support/mongo-wire';

/** What every client is told of the server before anything else. */
const HELLO = {
  setName: 'rs0',
  secondary: false,
  maxBsonObjectSize: 16 * 1024 * 1024,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  logicalSessionTimeoutMinutes: 30,
  minWireVersion: 0,
  readOnly: false,
  ok: 1,
};

let database: TestDatabase;
let wire: WireConnection;
beforeEach(async () => {
  database = await TestDatabase.create();
  wire = await WireConnection.open(database.uri);
});
afterEach(async () => {
  await wire.close();
  await database.close();
});

/** The URI of this test's database, changed. */
function otherUri(change: (uri: URL) => void): string {
  const uri = new URL(database.uri);
  change(uri);
  return uri.href;
}

describe('the first word', () => {
  it('is answered as OP_QUERY, in the words of old', async () => {
    const client = { driver: { name: 'a driver', version: '1' }, os: { type: 'Linux' } };
    const id = wire.send(OP_QUERY, queryBody({ ismaster: 1, helloOk: true, client }));
    const { opCode, responseTo, document } = await wire.answer();
    expect({ opCode, responseTo }).toEqual({ opCode: OP_REPLY, responseTo: id });
    expect(document).toMatchObject({ ...HELLO, ismaster: true, helloOk: true });
  });

  it.each(['hello', 'isMaster', 'ismaster'])('is answered as OP_MSG: %s', async (name) => {
    const id = wire.send(OP_MSG, messageBody({ [name]: 1, $db: 'admin' }));
    const { opCode, responseTo, document } = await wire.answer();
    expect({ opCode, responseTo }).toEqual({ opCode: OP_MSG, responseTo: id });
    expect(document).toMatchObject({ ...HELLO, [name === 'hello' ? 'isWritablePrimary' : 'ismaster']: true });
    expect(document['localTime']).toBeInstanceOf(Date);
  });

  it('names the address at which the server is dialled, as drivers go on with that one', async () => {
    const { hosts, me, primary } = await wire.command({ hello: 1, $db: 'admin' });
    const { host } = new URL(database.uri);
    expect([hosts, me, primary]).toEqual([[host], host, host]);
  });

  it('shows what the store requires', async () => {
    await expect(checkRequirements(database.db)).resolves.toBeUndefined();
    const { maxWireVersion } = await database.db.command({ hello: 1 });
    expect(maxWireVersion).toBeGreaterThanOrEqual(13);
  });
});

describe('a driver connects', () => {
  it.each<[string, (uri: URL) => void]>([
    ['as to a replica set', () => undefined],
    ['to this one server', (uri) => void uri.searchParams.set('directConnection', 'true')],
    ['without the name of the set', (uri) => void uri.searchParams.delete('replicaSet')],
    ['by another name of the host', (uri) => void (uri.hostname = 'localhost')],
  ])('%s', async (_caption, change) => {
    const client = await mongo.MongoClient.connect(otherUri(change), { serverSelectionTimeoutMS: 5_000 });
    try {
      expect(await client.db('admin').command({ ping: 1 })).toMatchObject({ ok: 1 });
      expect(await new StoreDatabase(client, client.db()).isReachable()).toBe(true);
    } finally {
      await client.close();
    }
  });

  it('not as to a set of another name', async () => {
    const uri = otherUri(({ searchParams }) => searchParams.set('replicaSet', 'another'));
    const connecting = mongo.MongoClient.connect(uri, { serverSelectionTimeoutMS: 300 });
    await expect(connecting).rejects.toThrow(mongo.MongoServerSelectionError);
  });

  it('and is known by its appName as long as it is there', async () => {
    const client = await mongo.MongoClient.connect(database.uri);
    await client.db('admin').command({ ping: 1 });
    expect((await database.connections()).length).toBeGreaterThan(0);
    await client.close();
    await eventually(async () => (await database.connections()).length === 0);
  });

  it('and finds out which server it is', async () => {
    const info = await database.db.admin().buildInfo();
    expect(info).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/), maxBsonObjectSize: 16_777_216 });
    const { connectionId } = await database.db.admin().command({ hello: 1 });
    expect(connectionId).toBeGreaterThan(0);
  });
});

describe('messages', () => {
  const things = (more: object) => ({ insert: 'things', $db: database.name, ...more });
  const stored = () =>
    database.db
      .collection('things')
      .find()
      .sort({ _id: 1 })
      .map(({ _id }) => _id as unknown)
      .toArray();

  it('carry documents within the command, or beside it', async () => {
    expect(await wire.command(things({ documents: [{ _id: 1 }] }))).toMatchObject({ n: 1, ok: 1 });
    const documents = [2, 3].map((_id) => mongo.BSON.serialize({ _id }));
    expect(await wire.command(things({}), [{ name: 'documents', documents }])).toMatchObject({ n: 2, ok: 1 });
    expect(await stored()).toEqual([1, 2, 3]);
  });

  it('that want no answer get none', async () => {
    const command = things({ documents: [{ _id: 1 }], writeConcern: { w: 0 } });
    wire.send(OP_MSG, messageBody(command, MORE_TO_COME));
    const id = wire.send(OP_MSG, messageBody({ ping: 1, $db: 'admin' }));
    expect((await wire.answer()).responseTo).toBe(id);
    expect(wire.bytesWaiting).toBe(0);
    await eventually(async () => (await stored()).length === 1);
  });

  it('are answered in their order, however many come at once and however they are cut', async () => {
    const bytes = Buffer.concat(
      Array.from({ length: 50 }, (_, i) => wireMessage(OP_MSG, 1_000 + i, messageBody({ ping: 1, $db: 'admin' }))),
    );
    for (let at = 0; at < bytes.length; at += 37) wire.sendBytes(bytes.subarray(at, at + 37));
    const answered: number[] = [];
    for (let i = 0; i < 50; i++) answered.push((await wire.answer()).responseTo);
    expect(answered).toEqual(Array.from({ length: 50 }, (_, i) => 1_000 + i));
  });

  it.each([
    ['longer than a message may be', 48_000_001],
    ['of no length', 0],
    ['of a negative length', -1],
    ['shorter than their header', 15],
  ])('%s end their connection alone', async (_caption, length) => {
    const header = wireMessage(OP_MSG, 1, Buffer.alloc(0));
    header.writeInt32LE(length, 0);
    wire.sendBytes(header);
    await wire.ended();
    expect(await database.db.command({ ping: 1 })).toMatchObject({ ok: 1 });
  });
});
