import { AmqpVhost } from '../../support/amqp-vhost';

/** Which queues a message reaches, by the kind of exchange, the binding and the routing key. */
const vhost = AmqpVhost.ofFile();

/** How many messages a queue gets that is bound so, when one is published with the key. */
async function copies(exchange: string, patterns: readonly string[], routingKey: string): Promise<number> {
  const { broker } = vhost;
  return broker.withChannel(async (channel) => {
    const { queue } = await channel.assertQueue('', { exclusive: true });
    for (const pattern of patterns) await channel.bindQueue(queue, exchange, pattern);
    await broker.publish(exchange, routingKey, 'text');
    const { messageCount } = await channel.checkQueue(queue);
    await channel.deleteQueue(queue);
    return messageCount;
  });
}

describe('a topic exchange', () => {
  it.each([
    ['a.b', 'a.b'],
    ['#', ''],
    ['#', 'a'],
    ['#', 'a.b.c'],
    ['#', 'a..c'],
    ['*', 'a'],
    ['', ''],
    ['#.#.#', ''],
    ['*.error', 'shop.error'],
    ['*.error', '.error'],
    ['*.*', '.'],
    ['a.*.c', 'a..c'],
    ['#.error', 'error'],
    ['#.error', 'shop.error'],
    ['#.error', 'eu.shop.error'],
    ['#.error', '.error'],
    ['#.error', 'error.error'],
    ['shop.#', 'shop'],
    ['shop.#', 'shop.'],
    ['shop.#', 'shop.a.b'],
    ['a.#.z', 'a.z'],
    ['a.#.z', 'a.b.c.z'],
    ['#.b.#', 'b'],
    ['#.b.#', 'a.b.c'],
    ['#.b.#', 'a.a.b.b.c'],
    ['#.#', ''],
    ['#.#', 'a.b.c'],
    ['#.*', 'a'],
    ['*.#', 'a.b'],
    ['*.#.*', 'a.b'],
    ['#.*.#', 'a'],
    ['a*', 'a*'],
    ['#a', '#a'],
    ['*', '*'],
    ['*', '#'],
    ['grüße.😀', 'grüße.😀'],
    ['#.error', `${'x'.repeat(200)}.error`],
  ])('with the pattern %p takes the key %p', async (pattern, key) => {
    expect(await copies('amq.topic', [pattern], key)).toBe(1);
  });

  it.each([
    ['a.b', 'a.B'],
    ['a.b', 'a.b.c'],
    ['a.b', 'a'],
    ['', 'a'],
    ['*', 'a.b'],
    ['*.error', 'error'],
    ['*.error', 'eu.shop.error'],
    ['#.error', 'shop.ERROR'],
    ['#.error', 'shop.errors'],
    ['#.error', 'error.'],
    ['shop.#', 'shops'],
    ['a.#.z', 'a'],
    ['*', ''], // which has no word, not an empty one
    ['#.*', ''],
    ['*.#', ''],
    ['*.#.*', 'a'],
    ['a*', 'ab'],
    ['#a', 'b.a'],
    ['a.*', 'a'],
  ])('with the pattern %p does not take the key %p', async (pattern, key) => {
    expect(await copies('amq.topic', [pattern], key)).toBe(0);
  });
});

describe('the other exchanges', () => {
  it.each([
    ['amq.direct', 'a.b', 'a.b', 1],
    ['amq.direct', '', '', 1],
    ['amq.direct', '#', 'a', 0],
    ['amq.direct', 'a', 'A', 0],
    ['amq.fanout', '', 'anything', 1],
    ['amq.fanout', 'ignored', '', 1],
  ])('%s with the binding %p and the key %p: %p', async (exchange, pattern, key, expected) => {
    expect(await copies(exchange, [pattern], key)).toBe(expected);
  });

  it('the default one leads to the queue of the name', async () => {
    const [queue, other] = [await vhost.queue(), await vhost.queue()];
    await vhost.broker.publish('', queue, 'text');
    expect([await vhost.broker.depth(queue), await vhost.broker.depth(other)]).toEqual([1, 0]);
  });
});

describe('a queue', () => {
  it.each([
    ['amq.topic', ['#', 'a.*', 'a.b']],
    ['amq.direct', ['a.b', 'a.b']],
    ['amq.fanout', ['', 'x']],
  ])('that is bound to %s several times gets a message once', async (exchange, patterns) => {
    expect(await copies(exchange, patterns, 'a.b')).toBe(1);
  });

  it('is one of many that get the same message', async () => {
    const queues = await Promise.all(Array.from({ length: 5 }, () => vhost.queue()));
    const channel = await vhost.channel();
    const key = vhost.newName();
    for (const queue of queues) await channel.bindQueue(queue, 'amq.topic', `#.${key}`);
    await vhost.broker.publish('amq.topic', `a.${key}`, 'text');
    for (const queue of queues) expect(await vhost.broker.depth(queue)).toBe(1);
  });

  it('gets nothing more by a binding that was taken away, by whatever other it has', async () => {
    const queue = await vhost.queue();
    const channel = await vhost.channel();
    const publish = async (key: string): Promise<void> => vhost.broker.publish('amq.topic', `${queue}.${key}`, key);
    for (const pattern of ['a', 'b', 'b']) await channel.bindQueue(queue, 'amq.topic', `${queue}.${pattern}`);
    await channel.unbindQueue(queue, 'amq.topic', `${queue}.b`);
    for (const key of ['a', 'b']) await publish(key);
    expect(await vhost.broker.depth(queue)).toBe(1);
    await channel.unbindQueue(queue, 'amq.topic', `${queue}.a`);
    await publish('a');
    expect(await vhost.broker.depth(queue)).toBe(1);
  });

  it('gets nothing more by an exchange that was deleted and made again', async () => {
    const queue = await vhost.queue();
    const channel = await vhost.channel();
    const { exchange } = await channel.assertExchange(vhost.newName(), 'topic');
    await channel.bindQueue(queue, exchange, '#');
    await channel.deleteExchange(exchange);
    await channel.assertExchange(exchange, 'topic');
    await vhost.broker.publish(exchange, 'a', 'text');
    expect(await vhost.broker.depth(queue)).toBe(0);
  });
});

it('an exchange that goes with its last binding does so', async () => {
  const queue = await vhost.queue();
  const channel = await vhost.channel();
  const { exchange } = await channel.assertExchange(vhost.newName(), 'fanout', { autoDelete: true });
  await channel.checkExchange(exchange);
  await channel.bindQueue(queue, exchange, '');
  await channel.unbindQueue(queue, exchange, '');
  await expect(channel.checkExchange(exchange)).rejects.toThrow(/404/);
});
