import type { GetMessage, Options } from 'amqplib';
import { AmqpVhost, consume, noMessage, received } from '../../support/amqp-vhost';
import { eventually } from '../../support/eventually';

/** Where messages go that a queue lets go of, and what they tell of their way. */
const vhost = AmqpVhost.ofFile();

interface Pair {
  readonly queue: string;
  readonly dead: string;
}

/** A queue whose dead letters go through a fanout exchange to another queue. */
async function pair(args: object = {}): Promise<Pair & { exchange: string }> {
  const dead = await vhost.queue();
  const exchange = vhost.newName();
  await vhost.broker.withChannel(async (channel) => {
    await channel.assertExchange(exchange, 'fanout');
    await channel.bindQueue(dead, exchange, '');
  });
  return { dead, exchange, queue: await vhost.queue({ 'x-dead-letter-exchange': exchange, ...args }) };
}

async function onlyOne(queue: string): Promise<GetMessage> {
  await vhost.depthIs(queue, 1);
  const [message] = await vhost.broker.take(queue);
  return message ?? noMessage();
}

const rejectOne = async (queue: string): Promise<void> =>
  vhost.broker.withChannel(async (channel) => channel.reject((await channel.get(queue)) || noMessage(), false));

const quorum = { 'x-queue-type': 'quorum' };
const CASES: [string, string, object, Options.Publish, (queue: string) => Promise<unknown>][] = [
  ['is rejected', 'rejected', {}, {}, rejectOne],
  ['is rejected from a quorum queue', 'rejected', quorum, {}, rejectOne],
  ['grows too old', 'expired', { 'x-message-ttl': 1 }, {}, async () => undefined],
  ['grows older than it said', 'expired', {}, { expiration: '1' }, async () => undefined],
  ['is dropped from a full queue', 'maxlen', { 'x-max-length': 1 }, {}, (queue) => vhost.fill(queue, ['next'])],
  [
    'is delivered too often',
    'delivery_limit',
    { ...quorum, 'x-delivery-limit': 2 },
    {},
    async (queue) => {
      const channel = await vhost.channel();
      const consumer = await consume(channel, queue);
      for (let i = 1; i <= 3; i++) channel.nack((await received(consumer, i))[i - 1] ?? noMessage());
    },
  ],
];

describe('a message that', () => {
  it.each(CASES)('%s goes to the dead letters, and says so: %s', async (_caption, reason, args, options, act) => {
    const { queue, dead, exchange } = await pair(args);
    await vhost.fill(queue, ['text'], { ...options, messageId: 'm', headers: { service: 'shop' } });
    await act(queue);
    const message = await onlyOne(dead);
    const { headers = {} } = message.properties;
    expect(message.content.toString()).toBe('text');
    expect(message.fields).toMatchObject({ exchange, routingKey: queue, redelivered: false });
    expect(message.properties).toMatchObject({ messageId: 'm', expiration: undefined });
    expect(headers).toMatchObject({
      service: 'shop',
      'x-first-death-exchange': '',
      'x-first-death-queue': queue,
      'x-first-death-reason': reason,
    });
    expect(headers['x-death']).toEqual([
      {
        count: 1,
        reason,
        queue,
        exchange: '',
        'routing-keys': [queue],
        time: { '!': 'timestamp', value: expect.any(Number) as number },
        ...(options.expiration === undefined ? {} : { 'original-expiration': options.expiration }),
      },
    ]);
    expect(
      Math.abs((headers['x-death']?.[0]?.time as unknown as { value: number }).value * 1_000 - Date.now()),
    ).toBeLessThan(60_000);
  });

  it('is acknowledged, purged or deleted with its queue is no dead letter', async () => {
    const { queue, dead } = await pair();
    await vhost.fill(queue, ['a']);
    await vhost.broker.take(queue);
    await vhost.fill(queue, ['b']);
    await vhost.broker.purge(queue);
    await vhost.fill(queue, ['c']);
    await vhost.broker.withChannel((channel) => channel.deleteQueue(queue));
    expect(await vhost.broker.depth(dead)).toBe(0);
  });

  it('waits in a queue that is deleted does not grow old in it, though another is put back later', async () => {
    const { queue, dead } = await pair({ 'x-message-ttl': 200 });
    const channel = await vhost.channel();
    await vhost.fill(queue, ['a', 'b']);
    const message = (await channel.get(queue)) || noMessage();
    await channel.deleteQueue(queue);
    channel.nack(message);
    const marker = await vhost.queue({ 'x-message-ttl': 400 });
    await vhost.fill(marker, ['the time that has passed']);
    await vhost.depthIs(marker, 0);
    expect(await vhost.broker.depth(dead)).toBe(0);
  });

  it('is refused by a full queue is no dead letter', async () => {
    const { queue, dead } = await pair({ 'x-max-length': 0, 'x-overflow': 'reject-publish' });
    await expect(vhost.fill(queue, ['a'])).rejects.toThrow();
    expect(await vhost.broker.depth(dead)).toBe(0);
  });

  it('goes under another key, if the queue says so', async () => {
    const { queue, dead } = await pair({ 'x-dead-letter-routing-key': 'dead' });
    await vhost.fill(queue, ['text']);
    await rejectOne(queue);
    const { fields, properties } = await onlyOne(dead);
    expect(fields.routingKey).toBe('dead');
    expect(properties.headers?.['x-death']?.[0]?.['routing-keys']).toEqual([queue]);
  });

  it('came by an exchange names it', async () => {
    const { queue, dead } = await pair();
    await vhost.broker.withChannel((channel) => channel.bindQueue(queue, 'amq.topic', `${queue}.#`));
    await vhost.broker.publish('amq.topic', `${queue}.error`, 'text');
    await rejectOne(queue);
    const { fields, properties } = await onlyOne(dead);
    expect(fields.routingKey).toBe(`${queue}.error`);
    expect(properties.headers?.['x-death']).toMatchObject([
      { exchange: 'amq.topic', 'routing-keys': [fields.routingKey] },
    ]);
  });

  it('has an exchange for its dead letters that is not there is gone', async () => {
    const queue = await vhost.queue({ 'x-dead-letter-exchange': 'gone' });
    await vhost.fill(queue, ['text']);
    await rejectOne(queue);
    await vhost.depthIs(queue, 0);
  });
});

describe('a second death', () => {
  /** Takes a dead letter and publishes it again as it is, as a replay does. */
  async function replay({ queue, dead }: Pair): Promise<void> {
    const { content, properties } = await onlyOne(dead);
    await vhost.fill(queue, [content.toString()], properties);
  }

  it('for the same reason in the same queue is counted', async () => {
    const both = await pair();
    await vhost.fill(both.queue, ['text']);
    await rejectOne(both.queue);
    await replay(both);
    await rejectOne(both.queue);
    const { headers } = (await onlyOne(both.dead)).properties;
    expect(headers?.['x-death']).toMatchObject([{ count: 2, queue: both.queue, reason: 'rejected' }]);
  });

  it('elsewhere stands before the first', async () => {
    const second = await pair();
    const first = await vhost.queue({ 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': second.queue });
    await vhost.fill(first, ['text']);
    await rejectOne(first);
    await vhost.depthIs(second.queue, 1);
    await rejectOne(second.queue);
    const { headers } = (await onlyOne(second.dead)).properties;
    expect(headers?.['x-death']).toMatchObject([
      { count: 1, queue: second.queue, exchange: '', 'routing-keys': [second.queue] },
      { count: 1, queue: first, exchange: '', 'routing-keys': [first] },
    ]);
    expect(headers?.['x-first-death-queue']).toBe(first);
  });

  it('is told from the first by x-death alone', async () => {
    const { queue, dead } = await pair();
    await vhost.fill(queue, ['text'], { headers: { 'x-death': [] } });
    await rejectOne(queue);
    const { headers } = (await onlyOne(dead)).properties;
    expect(Object.keys(headers ?? {})).toEqual(['x-death']);
  });

  it('that nobody caused, in a circle, is the end of the message', async () => {
    const queue = vhost.newName();
    await vhost.broker.withChannel((channel) =>
      channel.assertQueue(queue, { messageTtl: 1, deadLetterExchange: '', deadLetterRoutingKey: queue }),
    );
    await vhost.fill(queue, ['text']);
    await vhost.depthIs(queue, 0);
  });

  it('that a consumer caused, in a circle, is not', async () => {
    const queue = vhost.newName();
    await vhost.broker.withChannel((channel) =>
      channel.assertQueue(queue, { deadLetterExchange: '', deadLetterRoutingKey: queue }),
    );
    await vhost.fill(queue, ['text']);
    for (let i = 0; i < 3; i++) {
      await vhost.depthIs(queue, 1);
      await rejectOne(queue);
    }
    expect((await onlyOne(queue)).properties.headers?.['x-death']).toMatchObject([{ count: 3 }]);
  });
});

describe('a quorum queue with the strategy at-least-once', () => {
  it('hands them over too', async () => {
    const exchange = vhost.newName();
    const dead = await vhost.queue(quorum);
    const strategy = { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' };
    const args = { ...quorum, ...strategy, 'x-dead-letter-exchange': exchange };
    await vhost.broker.withChannel((channel) => channel.assertExchange(exchange, 'fanout'));
    const queue = await vhost.queue(args);
    await vhost.broker.withChannel((channel) => channel.bindQueue(dead, exchange, ''));
    await vhost.fill(queue, ['text']);
    await rejectOne(queue);
    expect((await onlyOne(dead)).content.toString()).toBe('text');
    await eventually(async () => (await vhost.broker.depth(queue)) === 0);
  });
});
