import type { Channel } from 'amqplib';
import { AmqpVhost, consume, type Consumer, noMessage, received, texts } from '../../support/amqp-vhost';

/** What becomes of a delivered message. */
const vhost = AmqpVhost.ofFile();

const KINDS: [string, object][] = [
  ['classic', {}],
  // Without a limit RabbitMQ 3 puts back what was rejected at the end of the queue, newer ones at its head.
  ['quorum', { 'x-queue-type': 'quorum', 'x-delivery-limit': 100 }],
];

describe.each(KINDS)('of a %s queue', (_type, args) => {
  let queue: string;
  let channel: Channel;
  beforeEach(async () => {
    queue = await vhost.queue({ ...args });
    await vhost.fill(queue, ['a', 'b', 'c', 'd', 'e']);
    channel = await vhost.channel();
  });

  /** All five, delivered and unacknowledged, at a consumer that takes no more. */
  async function delivered(): Promise<Consumer> {
    const consumer = await consume(channel, queue);
    await received(consumer, 5);
    await channel.cancel(consumer.tag);
    return consumer;
  }

  /** What is there, in its order, once the channel is closed. */
  async function left(count: number): Promise<string[]> {
    await channel.close();
    await vhost.depthIs(queue, count);
    return texts(await vhost.broker.take(queue, 10));
  }

  it.each<[string, (of: Consumer['messages']) => void, string[]]>([
    ['none acknowledged', () => undefined, ['a', 'b', 'c', 'd', 'e']],
    ['one acknowledged', ([, , c]) => c && channel.ack(c), ['a', 'b', 'd', 'e']],
    ['one acknowledged with all before it', ([, , c]) => c && channel.ack(c, true), ['d', 'e']],
    ['all acknowledged', () => channel.ackAll(), []],
    ['one rejected for good', ([, b]) => b && channel.reject(b, false), ['a', 'c', 'd', 'e']],
    ['several rejected for good', ([, b]) => b && channel.nack(b, true, false), ['c', 'd', 'e']],
    ['all rejected for good', () => channel.nackAll(false), []],
  ])('%s: the others come again, in their order', async (_caption, act, expected) => {
    act((await delivered()).messages);
    expect(await left(expected.length)).toEqual(expected);
  });

  it('what is put back comes again at once, marked as redelivered', async () => {
    const consumer = await consume(channel, queue);
    const [first] = await received(consumer, 5);
    if (first !== undefined) channel.nack(first, false, true);
    const again = (await received(consumer, 6))[5];
    expect(again?.content.toString()).toBe('a');
    expect(again?.fields).toMatchObject({ redelivered: true, deliveryTag: 6, routingKey: queue });
  });

  it('what is put back comes before what has not been delivered yet', async () => {
    await channel.prefetch(2);
    const consumer = await consume(channel, queue);
    const [first, second] = await received(consumer, 2);
    await channel.cancel(consumer.tag);
    if (second !== undefined) channel.nack(second, false, true);
    if (first !== undefined) channel.nack(first, false, true);
    await vhost.depthIs(queue, 5);
    const all = texts(await vhost.broker.take(queue, 10));
    expect([all.slice(0, 2).sort(), all.slice(2)]).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]);
  });

  it('recover puts back all that the channel has', async () => {
    const consumer = await delivered();
    await channel.recover();
    await vhost.depthIs(queue, 5);
    expect(consumer.messages).toHaveLength(5);
    expect(await left(5)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('what a lost connection had comes again', async () => {
    const lost = await vhost.connect();
    await received(await consume(await vhost.channel(lost), queue), 5);
    vhost.cut(lost);
    await vhost.depthIs(queue, 5);
    const messages = await vhost.broker.take(queue, 10);
    expect(texts(messages)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(messages.every(({ fields }) => fields.redelivered)).toBe(true);
  });
});

describe('the quorum queue', () => {
  it('counts deliveries that failed, in x-delivery-count', async () => {
    const queue = await vhost.queue({ 'x-queue-type': 'quorum' });
    await vhost.fill(queue, ['a']);
    const channel = await vhost.channel();
    const consumer = await consume(channel, queue);
    for (let i = 1; i <= 3; i++) channel.nack((await received(consumer, i))[i - 1] ?? noMessage(), false, true);
    const counts = (await received(consumer, 4)).map(({ properties }) =>
      Number(properties.headers?.['x-delivery-count'] ?? 0),
    );
    expect(counts).toEqual([0, 1, 2, 3]);
  });

  it('counts them from 0 on for who asks (basic.get)', async () => {
    const queue = await vhost.queue({ 'x-queue-type': 'quorum' });
    await vhost.fill(queue, ['a']);
    const channel = await vhost.channel();
    for (const count of [0, 1]) {
      const message = (await channel.get(queue)) || noMessage();
      expect(message.properties.headers).toEqual({ 'x-delivery-count': count });
      channel.nack(message, false, true);
      await vhost.depthIs(queue, 1);
    }
  });
});

describe('a delivery tag', () => {
  it.each<[string, (channel: Channel, queue: string) => unknown]>([
    ['acknowledged twice', twice((channel, message) => channel.ack(message))],
    ['acknowledged and then rejected', twice((channel, message, i) => channel[i === 0 ? 'ack' : 'nack'](message))],
    ['never given', async (channel, queue) => channel.ack(tagged(99, queue))],
    ['never given, with all before it', async (channel, queue) => channel.ack(tagged(99, queue), true)],
    ['never given, rejected', async (channel, queue) => channel.reject(tagged(99, queue))],
  ])('that was %s costs the channel: 406', async (_caption, use) => {
    const queue = await vhost.queue();
    await vhost.fill(queue, ['a']);
    const refusal = await vhost.refusal((channel) => use(channel, queue));
    expect(refusal).toMatchObject({ closed: 'channel', code: 406 });
    expect(refusal.text).toMatch(/^PRECONDITION_FAILED - unknown delivery tag (1|99)$/);
  });

  it('of another channel is unknown: 406', async () => {
    const queue = await vhost.queue();
    await vhost.fill(queue, ['a']);
    const message = await (await vhost.channel()).get(queue);
    expect(await vhost.refusal((channel) => message && channel.ack(message))).toMatchObject({ code: 406 });
  });

  it('of a message that needs none is unknown: 406', async () => {
    const queue = await vhost.queue();
    await vhost.fill(queue, ['a']);
    const refusal = await vhost.refusal(async (channel) => {
      const consumer = await consume(channel, queue, { noAck: true });
      channel.ack((await received(consumer, 1))[0] ?? noMessage());
    });
    expect(refusal).toMatchObject({ closed: 'channel', code: 406 });
  });
});

type Message = Parameters<Channel['ack']>[0];

function twice(answer: (channel: Channel, message: Message, i: number) => void) {
  return async (channel: Channel, queue: string): Promise<void> => {
    const message = (await channel.get(queue)) || noMessage();
    for (const i of [0, 1]) answer(channel, message, i);
  };
}

function tagged(deliveryTag: number, routingKey: string): Message {
  const fields = { deliveryTag, routingKey, exchange: '', redelivered: false, consumerTag: '' };
  return { fields, content: Buffer.alloc(0), properties: {} as Message['properties'] };
}
