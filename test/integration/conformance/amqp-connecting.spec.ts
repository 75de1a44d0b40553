import { connect } from 'amqplib';
import { AmqpVhost } from '../../support/amqp-vhost';
import { eventually } from '../../support/eventually';

/** How a connection begins and ends, as a client library sees it. */
const vhost = AmqpVhost.ofFile();

it('tells what the broker can do', async () => {
  const { connection } = await vhost.connect();
  expect(connection.serverProperties).toMatchObject({
    capabilities: {
      publisher_confirms: true,
      'basic.nack': true,
      consumer_cancel_notify: true,
      authentication_failure_close: true,
      per_consumer_qos: true,
      direct_reply_to: true,
    },
  });
});

it('to a vhost that is not there is refused: 530', async () => {
  const url = new URL(vhost.broker.url);
  url.pathname = '/gone';
  await expect(connect(url.href)).rejects.toThrow(/530|NOT_ALLOWED|Expected ConnectionOpenOk/);
});

it.each(['heartbeat=1', 'heartbeat=0', 'frameMax=4096', 'channelMax=10', 'frameMax=0&channelMax=0'])(
  'works with %s',
  async (query) => {
    const channel = await vhost.channel(await vhost.connect(`?${query}`));
    const { queue } = await channel.assertQueue('', { exclusive: true });
    channel.sendToQueue(queue, Buffer.alloc(10_000));
    await channel.waitForConfirms();
    expect((await channel.checkQueue(queue)).messageCount).toBe(1);
  },
);

it('has room for many channels, whose numbers can be used again', async () => {
  const connection = await vhost.connect();
  for (let round = 0; round < 2; round++) {
    const channels = await Promise.all(Array.from({ length: 200 }, () => vhost.channel(connection)));
    await Promise.all(channels.map(async (channel) => channel.checkExchange('amq.topic')));
    await Promise.all(channels.map(async (channel) => channel.close()));
  }
});

it('is listed while it is open, and dropped with code 320', async () => {
  const connection = await vhost.connect();
  await eventually(async () => (await vhost.broker.connections()).length === 1);
  const errors: unknown[] = [];
  connection.on('error', (error: Error) => errors.push(error));
  const closed = new Promise<Error>((resolve) => connection.on('close', resolve));
  await vhost.broker.dropConnections();
  expect(await closed).toMatchObject({
    code: 320,
    message: expect.stringContaining('CONNECTION_FORCED') as string,
  });
  expect(errors).toEqual([]); // amqplib takes it for the wish of an operator
  await eventually(async () => (await vhost.broker.connections()).length === 0);
});

it('that is closed in order ends at once, with all its channels', async () => {
  const connection = await vhost.connect();
  const channel = await vhost.channel(connection);
  const closed = new Promise((resolve) => channel.on('close', resolve));
  await connection.close();
  await closed;
  await eventually(async () => (await vhost.broker.connections()).length === 0);
});

it('many at once live beside each other', async () => {
  const queue = await vhost.queue();
  const connections = await Promise.all(Array.from({ length: 30 }, () => vhost.connect()));
  const channels = await Promise.all(connections.map(async (connection) => vhost.channel(connection)));
  for (const channel of channels) channel.sendToQueue(queue, Buffer.from('text'));
  await Promise.all(channels.map(async (channel) => channel.waitForConfirms()));
  await vhost.depthIs(queue, 30);
});
