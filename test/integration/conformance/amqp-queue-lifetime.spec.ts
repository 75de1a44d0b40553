import { consume, AmqpVhost, received, texts } from '../../support/amqp-vhost';
import { eventually } from '../../support/eventually';

/** Who may use a queue, and when it goes. */
const vhost = AmqpVhost.ofFile();

const isGone = async (queue: string): Promise<boolean> =>
  vhost.broker.depth(queue).then(
    () => false,
    (error) => /404/.test(String(error)),
  );

describe('an exclusive queue', () => {
  it.each<[string, (queue: string) => Parameters<AmqpVhost['refusal']>[0]]>([
    ['declared', (queue) => (channel) => channel.assertQueue(queue, { exclusive: true })],
    ['looked at', (queue) => (channel) => channel.checkQueue(queue)],
    ['consumed', (queue) => (channel) => channel.consume(queue, () => undefined)],
    ['read', (queue) => (channel) => channel.get(queue)],
    ['bound', (queue) => (channel) => channel.bindQueue(queue, 'amq.topic', '#')],
    ['purged', (queue) => (channel) => channel.purgeQueue(queue)],
    ['deleted', (queue) => (channel) => channel.deleteQueue(queue)],
  ])('cannot be %s by another connection: 405', async (_caption, use) => {
    const owner = await vhost.channel();
    const { queue } = await owner.assertQueue(vhost.newName(), { exclusive: true });
    const refusal = await vhost.refusal(use(queue));
    expect(refusal).toMatchObject({ closed: 'channel', code: 405 });
    expect(refusal.text).toContain(
      `RESOURCE_LOCKED - cannot obtain exclusive access to locked queue '${queue}' in vhost '${vhost.broker.vhost}'`,
    );
  });

  it('takes messages from anyone, and serves every channel of its connection', async () => {
    const connection = await vhost.connect();
    const owner = await vhost.channel(connection);
    const { queue } = await owner.assertQueue('', { exclusive: true });
    await vhost.fill(queue, ['from another']);
    const consumer = await consume(await vhost.channel(connection), queue);
    expect(texts(await received(consumer, 1))).toEqual(['from another']);
  });

  it('goes with its connection, not with its channel', async () => {
    const connection = await vhost.connect();
    const channel = await vhost.channel(connection);
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.close();
    expect((await (await vhost.channel(connection)).checkQueue(queue)).queue).toBe(queue);
    await connection.close();
    await eventually(() => isGone(queue));
  });
});

describe('a queue that goes with its last consumer', () => {
  it('stays without one that never came, and goes when the last of two is cancelled', async () => {
    const queue = await vhost.queue({}, { autoDelete: true });
    const channel = await vhost.channel();
    const [one, two] = [await consume(channel, queue), await consume(channel, queue)];
    await channel.cancel(one.tag);
    expect((await channel.checkQueue(queue)).consumerCount).toBe(1);
    await channel.cancel(two.tag);
    await eventually(() => isGone(queue));
  });

  it('goes when the channel of its consumer is closed', async () => {
    const queue = await vhost.queue({}, { autoDelete: true });
    const channel = await vhost.channel();
    await consume(channel, queue);
    await channel.close();
    await eventually(() => isGone(queue));
  });
});

describe('deleting a queue', () => {
  it('tells how many messages went with it, and takes its bindings', async () => {
    const queue = await vhost.queue();
    const channel = await vhost.channel();
    await channel.bindQueue(queue, 'amq.topic', queue);
    await vhost.fill(queue, ['a', 'b']);
    expect(await channel.deleteQueue(queue)).toEqual({ messageCount: 2 });
    await channel.assertQueue(queue);
    await vhost.broker.publish('amq.topic', queue, 'unroutable');
    expect((await channel.checkQueue(queue)).messageCount).toBe(0);
  });

  it('tells its consumers, on whatever connection', async () => {
    const queue = await vhost.queue();
    const consumers = [await consume(await vhost.channel(), queue), await consume(await vhost.channel(), queue)];
    await (await vhost.channel()).deleteQueue(queue);
    await eventually(() => consumers.every(({ isCancelled }) => isCancelled));
  });

  it('leaves the channel of a consumer usable, for acknowledging too', async () => {
    const queue = await vhost.queue();
    await vhost.fill(queue, ['a']);
    const channel = await vhost.channel();
    const consumer = await consume(channel, queue);
    const [message] = await received(consumer, 1);
    await (await vhost.channel()).deleteQueue(queue);
    await eventually(() => consumer.isCancelled);
    if (message !== undefined) channel.ack(message);
    await channel.assertQueue(queue);
    const again = await consume(channel, queue);
    await vhost.fill(queue, ['b']);
    expect(texts(await received(again, 1))).toEqual(['b']);
  });

  it.each<[string, object]>([
    ['is used', { ifUnused: true }],
    ['holds messages', { ifEmpty: true }],
  ])('is refused with 406 while it %s, if so asked', async (_caption, options) => {
    const queue = await vhost.queue();
    await vhost.fill(queue, ['a', 'b']);
    const consumer = await vhost.channel();
    await consumer.prefetch(1);
    await received(await consume(consumer, queue), 1);
    expect(await vhost.refusal((channel) => channel.deleteQueue(queue, options))).toMatchObject({
      closed: 'channel',
      code: 406,
    });
    await vhost.depthIs(queue, 1);
  });
});

describe('deleting a quorum queue', () => {
  it.each<[string, object]>([
    ['unused', { ifUnused: true }],
    ['empty', { ifEmpty: true }],
  ])('only if it is %s cannot be asked for: 540', async (_caption, options) => {
    const queue = await vhost.queue({ 'x-queue-type': 'quorum' });
    expect(await vhost.refusal((channel) => channel.deleteQueue(queue, options))).toMatchObject({
      closed: 'connection',
      code: 540,
    });
    await vhost.depthIs(queue, 0);
  });
});

describe('purging a queue', () => {
  it('takes what waits, tells how many, and leaves what is at a consumer', async () => {
    const queue = await vhost.queue();
    await vhost.fill(queue, ['a', 'b', 'c']);
    const channel = await vhost.channel();
    await channel.prefetch(1);
    const [message] = await received(await consume(channel, queue), 1);
    await vhost.depthIs(queue, 2);
    expect(await channel.purgeQueue(queue)).toEqual({ messageCount: 2 });
    if (message !== undefined) channel.nack(message);
    await channel.close();
    await vhost.depthIs(queue, 1);
  });
});
