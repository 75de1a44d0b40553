import type { Options } from 'amqplib';
import { AmqpVhost, consume, received } from '../../support/amqp-vhost';

/** What a message keeps on its way: body, properties, headers with their types. */
const vhost = AmqpVhost.ofFile();

const typed = (type: string, value: unknown): object => ({ '!': type, value });

describe('the body', () => {
  const FRAME = 131_072 - 8; // the largest payload of one frame, as the two sides agreed on
  it.each([0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME, 3_000_000])('of %p bytes arrives as it was', async (bytes) => {
    const queue = await vhost.queue();
    const body = Buffer.alloc(bytes, 'a rather long text, with \0 in it ');
    const consumer = await consume(await vhost.channel(), queue);
    await vhost.broker.publish('', queue, body);
    await vhost.broker.publish('', queue, 'the next');
    const [message, next] = await received(consumer, 2);
    expect(message?.content.equals(body)).toBe(true);
    expect(next?.content.toString()).toBe('the next');
  });

  it('arrives in frames no larger than the receiver agreed to', async () => {
    const queue = await vhost.queue();
    const small = await vhost.channel(await vhost.connect('?frameMax=4096'));
    const body = Buffer.alloc(50_000, 'abc');
    small.sendToQueue(queue, body);
    await vhost.broker.publish('', queue, body);
    const messages = await received(await consume(small, queue), 2);
    for (const { content } of messages) expect(content.equals(body)).toBe(true);
  });
});

describe('the properties', () => {
  it('arrive as they were', async () => {
    const queue = await vhost.queue();
    const given = {
      contentType: 'text/plain',
      contentEncoding: 'utf-8',
      deliveryMode: 2,
      priority: 7,
      correlationId: 'correlation',
      replyTo: 'somewhere',
      expiration: '60000',
      messageId: 'grüße 😀',
      timestamp: 1_764_000_000,
      type: 'kind',
      appId: 'app',
      headers: { service: 'shop' },
    };
    await vhost.broker.publish('', queue, 'text', given);
    const [message] = await vhost.broker.take(queue);
    expect(message?.properties).toEqual({ ...given, userId: undefined, clusterId: undefined });
  });

  it('may all be missing, and stay so', async () => {
    const queue = await vhost.queue();
    await vhost.broker.publish('', queue, 'text');
    const [message] = await vhost.broker.take(queue);
    const { headers, ...others } = message?.properties ?? { headers: null };
    expect(headers).toEqual({}); // amqplib always sends them
    expect(new Set(Object.values(others))).toEqual(new Set([undefined]));
  });

  it.each<[string, Options.Publish, number]>([
    ['an expiration that is no number', { expiration: 'soon' }, 406],
    ['an expiration below zero', { expiration: '-1' }, 406],
  ])('are refused with %s', async (_caption, options, code) => {
    const queue = await vhost.queue();
    const refusal = await vhost.refusal((channel) => channel.sendToQueue(queue, Buffer.from('x'), options));
    expect(refusal).toMatchObject({ closed: 'channel', code, text: expect.stringContaining('expiration') as string });
  });
});

describe('headers', () => {
  it.each<[string, unknown, unknown]>([
    ['text', 'grüße 😀', 'grüße 😀'],
    ['empty text', '', ''],
    ['long text', 'x'.repeat(20_000), 'x'.repeat(20_000)],
    ['true', true, true],
    ['false', false, false],
    ['nothing', null, null],
    ['bytes', Buffer.from([0, 255, 1]), Buffer.from([0, 255, 1])],
    ['a byte', typed('int8', -5), -5],
    ['a short', typed('int16', -500), -500],
    ['an integer', typed('int32', -70_000), -70_000],
    ['a long', typed('int64', 9_007_199_254_740_991), 9_007_199_254_740_991],
    ['a double', 0.1, 0.1],
    ['a float', typed('float', 0.5), 0.5],
    ['a whole double', typed('double', 3), 3],
    ['a time', typed('timestamp', 1_764_000_000), typed('timestamp', 1_764_000_000)],
    ['a decimal', typed('decimal', { places: 2, digits: 314 }), typed('decimal', { places: 2, digits: 314 })],
    ['a list', [1, 'a', [true, null]], [1, 'a', [true, null]]],
    ['a table', { a: { b: { c: 'd' } }, e: 1 }, { a: { b: { c: 'd' } }, e: 1 }],
    ['empty containers', [[], {}], [[], {}]],
  ])('keep %s', async (_caption, given, expected) => {
    const queue = await vhost.queue();
    await vhost.broker.publish('', queue, 'text', { headers: { given } });
    const [taken] = await vhost.broker.take(queue);
    expect(taken?.properties.headers).toEqual({ given: expected });
  });

  it('keep them also by way of a quorum queue and a requeue', async () => {
    const queue = await vhost.queue({ 'x-queue-type': 'quorum' });
    const headers = { number: typed('double', 3), list: [1, 'a'], table: { a: null } };
    await vhost.broker.publish('', queue, 'text', { headers, messageId: 'm' });
    const channel = await vhost.channel();
    const first = await channel.get(queue);
    if (first !== false) channel.nack(first);
    await vhost.depthIs(queue, 1);
    const again = await channel.get(queue);
    expect(again && again.properties).toMatchObject({
      messageId: 'm',
      headers: { number: 3, list: [1, 'a'], table: { a: null } },
    });
  });
});
