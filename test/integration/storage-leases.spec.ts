import { Leases } from '../../src/storage/leases';
import { TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { openStorage, type Storage } from '../support/storage';

const LONG_MS = 60_000;

let database: TestDatabase;
let storage: Storage;
let leases: Leases;

beforeEach(async () => {
  database = await TestDatabase.create();
  storage = await openStorage(database.uri);
  leases = storage.get(Leases);
});
afterEach(async () => {
  await storage.close();
  await database.close();
});

it('is given to one of many who ask at once, and to nobody else until it is given back', async () => {
  const owners = Array.from({ length: 20 }, (_, i) => `owner ${i}`);
  const takings = await Promise.all(owners.map((owner) => leases.take('job', owner, LONG_MS)));
  expect(takings.filter(({ isTaken }) => isTaken)).toEqual([{ isTaken: true, takenFrom: null }]);
  const winner = owners[takings.findIndex(({ isTaken }) => isTaken)];
  expect(await leases.take('job', 'another', LONG_MS)).toEqual({ isTaken: false, takenFrom: null });
  await leases.release('job', 'another'); // not its own: nothing happens
  expect(await leases.renew('job', winner, LONG_MS)).toBe(true);
  expect(await leases.take('job', winner, LONG_MS)).toEqual({ isTaken: true, takenFrom: null });
  await leases.release('job', winner);
  expect(await leases.take('job', 'another', LONG_MS)).toEqual({ isTaken: true, takenFrom: null });
  expect(await leases.renew('job', winner, LONG_MS)).toBe(false);
});

it('goes to another when it runs out, and not while it is renewed', async () => {
  await leases.take('job', 'silent', 300);
  await leases.renew('job', 'silent', 1_000);
  expect(await leases.take('job', 'waiting', LONG_MS)).toMatchObject({ isTaken: false });
  const taking = await eventually(async () => {
    const tried = await leases.take('job', 'waiting', LONG_MS);
    return tried.isTaken && tried;
  });
  expect(taking.takenFrom).toBe('silent');
  expect(await leases.renew('job', 'silent', LONG_MS)).toBe(false);
});

it('is told apart by its name', async () => {
  expect(await leases.take('one', 'a', LONG_MS)).toMatchObject({ isTaken: true });
  expect(await leases.take('two', 'b', LONG_MS)).toMatchObject({ isTaken: true });
});
