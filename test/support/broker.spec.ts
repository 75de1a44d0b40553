import { connect } from 'amqplib';
import { TestBroker } from './broker';
import { eventually } from './eventually';

describe('TestBroker', () => {
  it('publishes, counts, takes and purges in a vhost of its own', async () => {
    const broker = await TestBroker.create();
    await broker.withChannel((channel) => channel.assertQueue('q', { durable: true }));
    await broker.publish('', 'q', 'one', { messageId: 'm1', headers: { service: 'shop' } });
    await broker.publish('', 'q', Buffer.from('two'));
    await broker.publish('', 'q', 'three');
    expect(await broker.depth('q')).toBe(3);
    expect(await broker.consumerCount('q')).toBe(0);
    const taken = await broker.take('q', 2);
    expect(taken.map(({ content }) => content.toString())).toEqual(['one', 'two']);
    expect(taken[0].properties).toMatchObject({ messageId: 'm1', headers: { service: 'shop' } });
    await broker.purge('q');
    expect(await broker.take('q', 5)).toEqual([]);
    await broker.close();
  });

  it('goes on after a refused operation', async () => {
    const broker = await TestBroker.create();
    await expect(broker.depth('no such queue')).rejects.toThrow(/404/);
    await broker.withChannel((channel) => channel.assertQueue('q'));
    expect(await broker.depth('q')).toBe(0);
    await broker.close();
  });

  it('drops the connections of its vhost', async () => {
    const broker = await TestBroker.create();
    const client = await connect(broker.url);
    const closed = new Promise<Error>((resolve) => client.on('close', resolve));
    await eventually(async () => (await broker.connections()).length === 1);
    await broker.dropConnections();
    expect((await closed).message).toMatch(/CONNECTION_FORCED/);
    await broker.close();
  });

  it('fails a test that leaves a connection open', async () => {
    const broker = await TestBroker.create();
    const client = await connect(broker.url);
    const closed = new Promise((resolve) => client.on('close', resolve));
    await eventually(async () => (await broker.connections()).length === 1);
    await expect(broker.close()).rejects.toThrow(/left open: 1 AMQP connections in t_testbroker_fails_a_test/);
    await closed; // because the vhost is gone
    await expect(connect(broker.url)).rejects.toThrow();
  });
});
