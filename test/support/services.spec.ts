import { TestBroker } from './broker';
import { TestDatabase } from './database';
import { PrivateService } from './services';

const fails = (promise: Promise<unknown>): Promise<boolean> => promise.then(() => false).catch(() => true);

describe('PrivateService', () => {
  it('kills and starts again a MongoDB that keeps its data', async () => {
    const service = await PrivateService.start('mongodb');
    const database = await TestDatabase.create(`${service.mongodbUri}&serverSelectionTimeoutMS=300`);
    const things = database.db.collection('things');
    await things.insertOne({ a: 1 }, { writeConcern: { w: 'majority' } });
    await service.kill();
    expect(await fails(things.findOne())).toBe(true);
    await service.start();
    expect(await things.countDocuments()).toBe(1);
    await database.close();
    await service.close();
  });

  it('restarts a RabbitMQ that keeps its data', async () => {
    const service = await PrivateService.start('rabbitmq');
    const broker = await TestBroker.create(service.broker);
    await broker.withChannel((channel) => channel.assertQueue('q', { durable: true }));
    await broker.publish('', 'q', 'kept', { persistent: true });
    await service.stop();
    expect(await fails(broker.depth('q'))).toBe(true);
    await service.start();
    expect(await broker.depth('q')).toBe(1);
    await broker.close();
    await service.close();
  });
});
