import { mongo } from 'mongoose';
import { closeCursor, inSnapshot } from '../../../src/storage/read-snapshot';
import { TestDatabase } from '../../support/database';

interface Thing extends mongo.BSON.Document {
  readonly _id: number;
}

let database: TestDatabase;
let client: mongo.MongoClient;
let things: mongo.Collection<Thing>;
beforeEach(async () => {
  database = await TestDatabase.create();
  client = await mongo.MongoClient.connect(database.uri);
  things = client.db().collection<Thing>('things');
  await things.insertMany(upTo(10).map((_id) => ({ _id, n: 0 })));
});
afterEach(async () => {
  await client.close();
  await database.close();
});

const upTo = (end: number, start = 0) => Array.from({ length: end - start }, (_, i) => start + i);
const snapshot = <T>(read: (session: mongo.ClientSession) => Promise<T>): Promise<T> =>
  inSnapshot((options) => client.startSession(options), read);

/** Changes the collection in every way that there is. */
async function changeAll(): Promise<void> {
  await things.insertMany(upTo(20, 10).map((_id) => ({ _id, n: 1 })));
  await things.updateMany({ _id: { $lt: 4 } }, { $set: { n: 5 } });
  await things.findOneAndUpdate({ _id: 4 }, [{ $set: { n: 6 } }]);
  await things.deleteMany({ _id: { $in: [5, 6, 7] } });
  await things.replaceOne({ _id: 8 }, { other: true });
}
const AT_FIRST = upTo(10).map((_id) => ({ _id, n: 0 }));

describe('a snapshot session sees nothing newer than its first read', () => {
  it('over several finds', async () => {
    await snapshot(async (session) => {
      expect(await things.findOne({ _id: 5 }, { session })).toEqual({ _id: 5, n: 0 });
      await changeAll();
      expect(await things.find({}, { session }).sort({ _id: 1 }).toArray()).toEqual(AT_FIRST);
      expect(await things.find({ n: { $gt: 0 } }, { session }).toArray()).toEqual([]);
      expect(await things.find({ _id: { $in: [5, 8, 15] } }, { session }).toArray()).toEqual([
        AT_FIRST[5],
        AT_FIRST[8],
      ]);
      expect(await things.countDocuments({}, { session })).toBe(10);
      expect(await things.distinct('n', {}, { session })).toEqual([0]);
    });
    expect(await things.countDocuments()).toBe(17);
  });

  it('over several batches, and several cursors at once', async () => {
    await snapshot(async (session) => {
      const up = things.find({}, { session, batchSize: 2 }).sort({ _id: 1 });
      const first = await up.next();
      const down = things.find({}, { session, batchSize: 3 }).sort({ _id: -1 });
      await changeAll();
      expect(await down.toArray()).toEqual([...AT_FIRST].reverse());
      expect([first, ...(await up.toArray())]).toEqual(AT_FIRST);
    });
  });

  it('in other collections', async () => {
    const others = client.db().collection<Thing>('others');
    await others.insertOne({ _id: 1 });
    await snapshot(async (session) => {
      await things.findOne({}, { session });
      await others.insertOne({ _id: 2 });
      expect(await others.find({}, { session }).toArray()).toEqual([{ _id: 1 }]);
    });
  });

  it('though what it sees was removed, with its place in a unique index given to another', async () => {
    await things.createIndex({ parts: 1 }, { unique: true, sparse: true });
    const part = (last: number) => new mongo.Binary(Buffer.of(1, 2, last));
    await things.insertMany([1, 2].map((i) => ({ _id: 100 + i, parts: [part(i)] })));
    await snapshot(async (session) => {
      const sources = await things.find({ parts: { $exists: true } }, { session }).toArray();
      await things.deleteMany({ _id: { $gt: 100 } });
      await things.insertOne({ _id: 200, parts: [part(1), part(2)] });
      expect(await things.find({ parts: { $exists: true } }, { session }).toArray()).toEqual(sources);
      expect(await things.find({ parts: part(1) }, { session }).toArray()).toEqual([sources[0]]);
    });
    expect(
      await things
        .find({ parts: { $exists: true } })
        .map(({ _id }) => _id)
        .toArray(),
    ).toEqual([200]);
  });
});

it('two sessions see two moments', async () => {
  await snapshot(async (older) => {
    await things.findOne({}, { session: older });
    await things.deleteOne({ _id: 0 });
    await snapshot(async (newer) => {
      expect(await things.countDocuments({}, { session: newer })).toBe(9);
      await things.deleteOne({ _id: 1 });
      expect(await things.countDocuments({}, { session: newer })).toBe(9);
      expect(await things.countDocuments({}, { session: older })).toBe(10);
    });
    expect(await things.countDocuments({}, { session: older })).toBe(10);
  });
  expect(await things.countDocuments()).toBe(8);
});

it('a session sees what was acknowledged before its first read', async () => {
  for (const _id of upTo(40, 20)) {
    await things.insertOne({ _id }, { writeConcern: { w: 'majority' } });
    await snapshot(async (session) => {
      expect(await things.findOne({ _id }, { session })).toEqual({ _id });
    });
  }
});

it('a session sees all of a transaction or nothing of it', async () => {
  const sums = new Set<number>();
  let isDone = false;
  const move = async (): Promise<void> => {
    for (let i = 0; i < 30; i++) {
      await client.withSession((session) =>
        session.withTransaction(async () => {
          await things.updateOne({ _id: 1 }, { $inc: { n: -1 } }, { session });
          await things.updateOne({ _id: 2 }, { $inc: { n: 1 } }, { session });
        }),
      );
    }
    isDone = true;
  };
  const watch = async (): Promise<void> => {
    while (!isDone) {
      await snapshot(async (session) => {
        const one = await things.findOne({ _id: 1 }, { session });
        const other = await things.findOne({ _id: 2 }, { session });
        sums.add(Number(one?.n) + Number(other?.n));
      });
    }
  };
  await Promise.all([move(), watch()]);
  expect([...sums]).toEqual([0]);
});

describe('a collection that is newer than the snapshot', () => {
  it('cannot be read in it', async () => {
    const session = client.startSession({ snapshot: true });
    try {
      await things.findOne({}, { session });
      await database.db.createCollection('newer');
      const read = client.db().collection('newer').findOne({}, { session });
      await expect(read).rejects.toMatchObject({ code: 246, codeName: 'SnapshotUnavailable' });
    } finally {
      await session.endSession();
    }
  });

  it('is read in the next one', async () => {
    const newer = client.db().collection<Thing>('newer');
    let tries = 0;
    const onRetry = jest.fn();
    const read = async (session: mongo.ClientSession): Promise<Thing | null> => {
      await things.findOne({}, { session });
      if (++tries === 1) await newer.insertOne({ _id: 1 });
      return newer.findOne({}, { session });
    };
    expect(await inSnapshot((options) => client.startSession(options), read, onRetry)).toEqual({ _id: 1 });
    expect([tries, onRetry.mock.calls.length]).toEqual([2, 1]);
  });

  it('that was dropped and made again is another one', async () => {
    const session = client.startSession({ snapshot: true });
    try {
      await things.findOne({}, { session });
      await things.drop();
      await things.insertOne({ _id: 1 });
      await expect(things.findOne({}, { session })).rejects.toMatchObject({ code: 246 });
    } finally {
      await session.endSession();
    }
  });
});

it('nothing can be written in it', async () => {
  const session = client.startSession({ snapshot: true });
  try {
    await things.findOne({}, { session });
    await expect(things.insertOne({ _id: 99 }, { session })).rejects.toMatchObject({ code: 72 });
    expect(await things.countDocuments({ _id: 99 })).toBe(0);
  } finally {
    await session.endSession();
  }
});

it('its cursor can be closed, though the driver cannot', async () => {
  await snapshot(async (session) => {
    const cursor = things.find({}, { session, batchSize: 2 });
    await cursor.next();
    const id = cursor.id;
    await closeCursor({ db: client.db(), collectionName: 'things' }, cursor);
    const getMore = client.db().command({ getMore: id, collection: 'things' });
    await expect(getMore).rejects.toMatchObject({ code: 43 });
  });
});
