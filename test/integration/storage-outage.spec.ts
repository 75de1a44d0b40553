import { once } from 'node:events';
import { getConnectionToken } from '@nestjs/mongoose';
import { type Connection, connections } from 'mongoose';
import { LogStore } from '../../src/storage/append';
import { newId } from '../../src/storage/chunk-id';
import { encodeChunk } from '../../src/storage/encode-chunk';
import { StoreDatabase } from '../../src/storage/store-database';
import { StoreUnavailable } from '../../src/storage/store-unavailable';
import { Readiness } from '../../src/telemetry/readiness';
import { TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { PrivateService } from '../support/services';
import { aRecord, type LogLines, openStorage } from '../support/storage';

const SECONDS = 1_000;
const aChunk = (body: string) => encodeChunk({ id: null, records: [aRecord({ body })] }, newId);

let service: PrivateService;
beforeAll(async () => {
  service = await PrivateService.start('mongodb');
});
afterAll(async () => service.close());

/** How long a rejection takes, ms; fails when it is none of an unavailable store. */
async function unavailableAfter(operation: Promise<unknown>): Promise<number> {
  const since = Date.now();
  await expect(operation).rejects.toThrow(StoreUnavailable);
  return Date.now() - since;
}

it('shows an outage in seconds and goes on by itself when it is over', async () => {
  const database = await TestDatabase.create(service.mongodbUri);
  const lines: LogLines = [];
  const storage = await openStorage(database.uri, {}, lines);
  const store = storage.get(LogStore);
  const chunk = aChunk('a');
  expect(await storage.get(StoreDatabase).isReachable()).toBe(true);

  await service.kill();
  expect(await unavailableAfter(store.append([chunk]))).toBeLessThan(10 * SECONDS);
  expect(await storage.get(StoreDatabase).isReachable()).toBe(false);
  expect((await storage.get(Readiness).check()).parts).toEqual({
    store: 'MongoDB cannot be reached or takes no writes',
  });

  await service.start();
  await eventually(() => store.append([chunk]), { timeoutMs: 20 * SECONDS });
  expect(await storage.get(StoreDatabase).isReachable()).toBe(true);
  await eventually(() => lines.some((line) => line.includes('connected to MongoDB again')));
  expect(lines.filter((line) => line.includes('lost the connection to MongoDB'))).not.toEqual([]);
  await storage.close();
  await database.close();
});

it('shows in seconds that MongoDB stands still, says so, and loses nothing by it', async () => {
  const database = await TestDatabase.create(service.mongodbUri);
  const lines: LogLines = [];
  const told = (text: string) => lines.filter((line) => line.includes(text)).length;
  const storage = await openStorage(database.uri, {}, lines);
  // Only from then on does the driver's own measure of an outage run as it does later in a process's life.
  await once(storage.get<Connection>(getConnectionToken()).getClient(), 'serverHeartbeatSucceeded');
  const { pid } = await database.db.admin().command({ serverStatus: 1 });
  const chunk = aChunk('a');
  process.kill(Number(pid), 'SIGSTOP');
  try {
    expect(await storage.get(StoreDatabase).isReachable()).toBe(false);
    expect(await unavailableAfter(storage.get(LogStore).append([chunk]))).toBeLessThan(15 * SECONDS);
    await eventually(() => told('lost the connection to MongoDB') === 1);
  } finally {
    process.kill(Number(pid), 'SIGCONT');
  }
  await eventually(() => storage.get(LogStore).append([chunk]), { timeoutMs: 20 * SECONDS });
  expect(await database.db.collection('chunks').countDocuments()).toBe(1);
  await eventually(() => told('connected to MongoDB again') === 1);
  await storage.close();
  await database.close();
});

it('waits at the start, saying so, until MongoDB is there', async () => {
  const database = await TestDatabase.create(service.mongodbUri);
  await service.kill();
  const lines: LogLines = [];
  const before = connections.length;
  const opening = openStorage(`${database.uri}&serverSelectionTimeoutMS=300`, {}, lines);
  await eventually(() => lines.filter((line) => line.includes('check MONGODB_URI')).length >= 3);
  await service.start();
  const storage = await opening;
  expect(connections.length - before).toBe(1); // none is left of the tries that failed
  expect(await storage.get(LogStore).append([aChunk('a')])).toEqual([{ status: 'stored' }]);
  await storage.close();
  expect(lines.filter((line) => line.includes('lost the connection'))).toEqual([]); // we closed it ourselves
  await database.close();
});
