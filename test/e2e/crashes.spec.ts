import { LOG_QUEUE } from '../../src/messaging/topology';
import { TestBroker } from '../support/broker';
import { TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { brokenPromises, IngestClient } from '../support/ingest-client';
import { type RoleProcess, startRole } from '../support/role-process';
import { PrivateService } from '../support/services';
import { storedBodies, storedCount } from '../support/stored-records';

/** How long MongoDB stays away. */
const OUTAGE_MS = 20_000;
const MINUTE_MS = 60_000;

async function stopAll(roles: readonly RoleProcess[]): Promise<void> {
  await Promise.all(roles.filter((role) => role.running).map((role) => role.stop()));
}

describe('what was confirmed is stored once', () => {
  const running: RoleProcess[] = [];
  const closing: { close(): Promise<void> }[] = [];

  afterEach(async () => {
    await stopAll(running.splice(0));
    for (const one of closing.splice(0).reverse()) await one.close();
  });

  const opened = <T extends { close(): Promise<void> }>(one: T): T => {
    closing.push(one);
    return one;
  };

  async function start(role: string, broker: TestBroker, database: TestDatabase): Promise<RoleProcess> {
    const env = { RABBITMQ_URL: broker.url, MONGODB_URI: database.uri, INGEST_CONFIRM_TIMEOUT_MS: '60000' };
    const started = await startRole({ role, env });
    running.push(started);
    return started;
  }

  /** Looks once nothing can change any more: the queue is empty and every role has ended in order. */
  async function expectPromiseKept(client: IngestClient, broker: TestBroker, database: TestDatabase): Promise<void> {
    await eventually(async () => (await storedCount(database.db)) >= client.confirmed.size, {
      timeoutMs: MINUTE_MS,
      describe: `${client.confirmed.size} records stored`,
    });
    await eventually(async () => (await broker.depth(LOG_QUEUE)) === 0, { timeoutMs: MINUTE_MS });
    await stopAll(running);
    expect(await broker.depth(LOG_QUEUE)).toBe(0);
    expect(brokenPromises(client, await storedBodies(database.db)).slice(0, 5)).toEqual([]);
  }

  it(
    'when one of two collectors is killed in the middle of 200,000 records',
    async () => {
      const broker = opened(await TestBroker.create());
      const database = opened(await TestDatabase.create());
      const [source, victim] = await Promise.all([
        start('source', broker, database),
        start('collector', broker, database),
        start('collector', broker, database),
      ]);
      const client = new IngestClient(source.url, 2_000);
      const sending = Promise.all([client.send(0, 100_000), client.send(100_000, 200_000)]);
      await eventually(async () => (await storedCount(database.db)) > 60_000, { timeoutMs: MINUTE_MS, intervalMs: 5 });
      await victim.kill();
      await sending;
      expect(client.confirmed.size).toBe(200_000);
      await expectPromiseKept(client, broker, database);
    },
    3 * MINUTE_MS,
  );

  it(
    'when MongoDB is away for 20 s',
    async () => {
      const mongodb = opened(await PrivateService.start('mongodb'));
      const broker = opened(await TestBroker.create());
      const database = opened(await TestDatabase.create(mongodb.mongodbUri));
      const [source, collector] = await Promise.all([
        start('source', broker, database),
        start('collector', broker, database),
      ]);
      const client = new IngestClient(source.url, 500);
      const sending = client.send(0, 30_000);
      await eventually(async () => (await storedCount(database.db)) > 5_000, { timeoutMs: MINUTE_MS, intervalMs: 5 });
      await mongodb.kill();
      const isBackAt = Date.now() + OUTAGE_MS;
      await sending; // the broker takes everything meanwhile
      await eventually(() => Date.now() >= isBackAt, { timeoutMs: 2 * OUTAGE_MS, describe: 'the outage over' });
      expect(collector.running).toBe(true);
      await mongodb.start();
      expect(client.confirmed.size).toBe(30_000);
      await expectPromiseKept(client, broker, database);
    },
    3 * MINUTE_MS,
  );

  it(
    'when RabbitMQ restarts',
    async () => {
      const rabbitmq = opened(await PrivateService.start('rabbitmq'));
      const broker = opened(await TestBroker.create(rabbitmq.broker));
      const database = opened(await TestDatabase.create());
      const [source, collector] = await Promise.all([
        start('source', broker, database),
        start('collector', broker, database),
      ]);
      const client = new IngestClient(source.url, 500);
      const sending = client.send(0, 60_000);
      await eventually(async () => (await storedCount(database.db)) > 5_000, { timeoutMs: MINUTE_MS, intervalMs: 5 });
      await rabbitmq.restart();
      await sending;
      expect([source.running, collector.running]).toEqual([true, true]);
      expect(client.confirmed.size).toBe(60_000);
      await expectPromiseKept(client, broker, database);
    },
    4 * MINUTE_MS,
  );
});
