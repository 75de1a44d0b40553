import { randomBytes } from 'node:crypto';
import { mongo } from 'mongoose';
import { TestDatabase } from '../../support/database';
import { WireConnection } from '../../support/mongo-wire';

const THINGS = 'things';

interface Thing extends mongo.BSON.Document {
  readonly _id: number;
}

let database: TestDatabase;
let wire: WireConnection;
let things: mongo.Collection<Thing>;
beforeEach(async () => {
  database = await TestDatabase.create();
  wire = await WireConnection.open(database.uri);
  things = database.db.collection(THINGS);
  await things.insertMany([{ _id: 1, n: 0 }, { _id: 2, n: 0 }, { _id: 3 }]);
});
afterEach(async () => {
  await wire.close();
  await database.close();
});

const aSession = (): { id: mongo.Binary } => ({ id: new mongo.Binary(randomBytes(16), mongo.Binary.SUBTYPE_UUID) });

/** What stays the same however often a write is answered: not the times. */
function withoutTimes(reply: mongo.BSON.Document): mongo.BSON.Document {
  const timed = ['$clusterTime', 'operationTime', 'opTime', 'electionId', 'retriedStmtIds', 'retriedStmtId'];
  return Object.fromEntries(Object.entries(reply).filter(([name]) => !timed.includes(name)));
}

/** A write as a driver sends it that would send it again if the answer were lost. */
const send = (command: object, lsid: object, txnNumber: number): Promise<mongo.BSON.Document> =>
  wire.command({ ...command, lsid, txnNumber: mongo.Long.fromNumber(txnNumber), $db: database.name });

const WRITES: readonly [string, object][] = [
  ['an insert', { insert: THINGS, documents: [{ _id: 10 }, { _id: 11 }] }],
  ['an insert with a duplicate', { insert: THINGS, documents: [{ _id: 10 }, { _id: 1 }, { _id: 11 }], ordered: false }],
  ['an update', { update: THINGS, updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }] }],
  [
    'several updates',
    {
      update: THINGS,
      updates: [
        { q: { _id: 1 }, u: { $inc: { n: 1 } } },
        { q: { _id: 9 }, u: { $inc: { n: 1 } }, upsert: true },
        { q: { _id: 'none' }, u: { $inc: { n: 1 } } },
      ],
    },
  ],
  [
    'an update by a pipeline',
    { update: THINGS, updates: [{ q: { _id: 1 }, u: [{ $set: { n: { $add: ['$n', 1] } } }] }] },
  ],
  ['a delete', { delete: THINGS, deletes: [{ q: { n: 0 }, limit: 1 }] }],
  ['a findAndModify', { findAndModify: THINGS, query: { n: 0 }, update: { $inc: { n: 1 } }, sort: { _id: 1 } }],
  [
    'a findAndModify that answers with what it made',
    { findAndModify: THINGS, query: { _id: 1 }, update: { $inc: { n: 1 } }, new: true },
  ],
  ['a findAndModify that removes', { findAndModify: THINGS, query: { n: 0 }, remove: true }],
  [
    'a findAndModify that inserts',
    { findAndModify: THINGS, query: { _id: 9 }, update: { $inc: { n: 1 } }, upsert: true },
  ],
];

it.each(WRITES)('%s that is sent again is done once, and answered as before', async (_caption, write) => {
  const session = aSession();
  const first = withoutTimes(await send(write, session, 1));
  expect(first).toMatchObject({ ok: 1 });
  const after = await things.find().sort({ _id: 1 }).toArray();
  expect(withoutTimes(await send(write, session, 1))).toEqual(first);
  expect(await things.find().sort({ _id: 1 }).toArray()).toEqual(after);
});

it('is done again under another number, or in another session', async () => {
  const increment = { update: THINGS, updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }] };
  const session = aSession();
  for (const number of [1, 1, 2, 3]) await send(increment, session, number);
  await send(increment, aSession(), 1);
  expect(await things.findOne({ _id: 1 })).toEqual({ _id: 1, n: 4 });
});

it('is refused under a number before the last', async () => {
  const increment = { update: THINGS, updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }] };
  const session = aSession();
  await send(increment, session, 5);
  expect(await send(increment, session, 4)).toMatchObject({ ok: 0, code: 225, codeName: 'TransactionTooOld' });
  expect(await things.findOne({ _id: 1 })).toEqual({ _id: 1, n: 1 });
});

it('that failed as a whole is tried anew when it is sent again', async () => {
  await things.createIndex({ n: 1 }, { unique: true, partialFilterExpression: { n: { $gt: 0 } } });
  await things.updateOne({ _id: 2 }, { $set: { n: 1 } });
  const session = aSession();
  const command = { findAndModify: THINGS, query: { _id: 1 }, update: { $inc: { n: 1 } } };
  expect(await send(command, session, 1)).toMatchObject({ ok: 0, code: 11_000 });
  await things.deleteOne({ _id: 2 });
  expect(await send(command, session, 1)).toMatchObject({ ok: 1, value: { _id: 1, n: 0 } });
  expect(await things.findOne({ _id: 1 })).toEqual({ _id: 1, n: 1 });
});

it('ends with its session, which says so', async () => {
  const session = aSession();
  expect(await send({ insert: THINGS, documents: [{ _id: 10 }] }, session, 1)).toMatchObject({ n: 1 });
  expect(await wire.command({ endSessions: [session], $db: 'admin' })).toMatchObject({ ok: 1 });
  expect(await wire.command({ refreshSessions: [session], $db: 'admin' })).toMatchObject({ ok: 1 });
});
