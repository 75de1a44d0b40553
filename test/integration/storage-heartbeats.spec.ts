import { type Heartbeat, Heartbeats } from '../../src/storage/heartbeats';
import { TestDatabase } from '../support/database';
import { openStorage, type Storage } from '../support/storage';

/** What lies further back may expire in the midst of a test. Microseconds, of whole milliseconds. */
const NOW = Date.now() * 1_000;

let database: TestDatabase;
let storage: Storage;
let heartbeats: Heartbeats;

beforeEach(async () => {
  database = await TestDatabase.create();
  storage = await openStorage(database.uri);
  heartbeats = storage.get(Heartbeats);
});
afterEach(async () => {
  await storage.close();
  await database.close();
});

const beat = (given: Partial<Heartbeat> = {}): Heartbeat => ({
  instance: 'one',
  at: NOW + 123_456,
  oldestInHand: NOW + 1,
  newestDelivered: NOW + 2,
  ready: 7,
  inHand: 3,
  ...given,
});

it('keeps the last heartbeat of each collector, to the microsecond', async () => {
  const idle = { oldestInHand: null, newestDelivered: null, ready: null, inHand: 0 };
  await heartbeats.write(beat({ at: NOW }));
  await heartbeats.write(beat());
  await heartbeats.write(beat({ instance: 'two', ...idle }));
  const found = (await heartbeats.readAll()).sort((a, b) => (a.instance < b.instance ? -1 : 1));
  expect(found).toEqual([beat(), beat({ instance: 'two', ...idle })]);
});

it('forgets a collector that has stopped in order', async () => {
  await heartbeats.write(beat());
  await heartbeats.write(beat({ instance: 'two' }));
  await heartbeats.remove('one');
  await heartbeats.remove('never seen');
  expect((await heartbeats.readAll()).map(({ instance }) => instance)).toEqual(['two']);
});

it('forgets the collectors last heard of before a time', async () => {
  await heartbeats.write(beat({ instance: 'gone', at: NOW - 1_000 }));
  await heartbeats.write(beat({ instance: 'alive', at: NOW }));
  await heartbeats.removeBefore(NOW);
  expect((await heartbeats.readAll()).map(({ instance }) => instance)).toEqual(['alive']);
});

it('has a date by which a silent one expires', async () => {
  await heartbeats.write(beat());
  expect(await database.db.collection('heartbeats').findOne()).toMatchObject({
    seenAt: new Date(NOW / 1_000 + 123),
  });
});
