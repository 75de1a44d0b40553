import { DEAD_LETTER_EXCHANGE, DEAD_LETTER_QUEUE, LOG_QUEUE, LOGS_EXCHANGE } from '../../src/messaging/topology';
import { TestBroker } from '../support/broker';
import { TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { type RoleProcess, startRole } from '../support/role-process';
import { storedBodies } from '../support/stored-records';

describe('a collector whose broker misbehaves', () => {
  let broker: TestBroker;
  let database: TestDatabase;
  let collector: RoleProcess;

  beforeEach(async () => {
    [broker, database] = await Promise.all([TestBroker.create(), TestDatabase.create()]);
    collector = await startRole({ role: 'collector', env: { RABBITMQ_URL: broker.url, MONGODB_URI: database.uri } });
  });
  afterEach(async () => {
    await collector.stop();
    await Promise.all([broker.close(), database.close()]);
  });

  const stored = (body: string): Promise<true> =>
    eventually(async () => ((await storedBodies(database.db)).get(body) === 1 ? true : null), {
      timeoutMs: 20_000,
      describe: body,
    });

  it.each([LOG_QUEUE, DEAD_LETTER_QUEUE])(
    'puts %s back and consumes it again after someone deleted it',
    async (queue) => {
      await broker.withChannel((channel) => channel.deleteQueue(queue));
      await eventually(async () => (await broker.consumerCount(queue)) === 1, {
        timeoutMs: 20_000,
        describe: 'its consumer',
      });
      await broker.publish(
        queue === LOG_QUEUE ? LOGS_EXCHANGE : DEAD_LETTER_EXCHANGE,
        'shop.info',
        'after the deletion',
      );
      await stored('after the deletion');
    },
  );

  it('consumes again after its connections were cut, without ending', async () => {
    await broker.publish(LOGS_EXCHANGE, 'shop.info', 'before');
    await stored('before');
    await broker.dropConnections();
    await broker.publish(LOGS_EXCHANGE, 'shop.info', 'after');
    await stored('after');
    expect(collector.running).toBe(true);
  });

  it('stores what LogQueue delivered too often, when it can be read, and keeps the rest as dead letters', async () => {
    await broker.publish(DEAD_LETTER_EXCHANGE, 'shop.info', 'readable after all');
    await broker.publish(DEAD_LETTER_EXCHANGE, 'shop.bad', '{"a":', { contentType: 'application/json' });
    await stored('readable after all');
    const letter = await eventually(() => database.db.collection('dead_letters').findOne({ routingKey: 'shop.bad' }));
    expect(letter).toMatchObject({ reason: 'malformed' });
  });
});
