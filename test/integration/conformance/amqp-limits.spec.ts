import type { ConfirmChannel, Options } from 'amqplib';
import { AmqpVhost, consume, received, texts } from '../../support/amqp-vhost';
import { eventually } from '../../support/eventually';

/** Bounds of a queue in number, bytes and age, and what happens at them. */
const vhost = AmqpVhost.ofFile();

const letters = 'abcdefghij'.split('');

/** Publishes one after the other and tells how each was answered. */
async function answers(channel: ConfirmChannel, queue: string, bodies: readonly string[]): Promise<string[]> {
  const told: string[] = [];
  for (const body of bodies) {
    await new Promise<void>((resolve) => {
      channel.sendToQueue(queue, Buffer.from(body), {}, (error) => {
        told.push(error === null ? 'ack' : 'nack');
        resolve();
      });
    });
  }
  return told;
}

describe.each(['classic', 'quorum'])('a full %s queue', (type) => {
  const newQueue = (args: object): Promise<string> => vhost.queue({ 'x-queue-type': type, ...args });

  it.each<[string, object]>([
    ['by default', {}],
    ['if so asked', { 'x-overflow': 'drop-head' }],
  ])('drops its oldest messages %s', async (_caption, args) => {
    const queue = await newQueue({ 'x-max-length': 3, ...args });
    const channel = await vhost.channel();
    expect(new Set(await answers(channel, queue, letters))).toEqual(new Set(['ack']));
    expect(texts(await vhost.broker.take(queue, 10))).toEqual(['h', 'i', 'j']);
  });

  it('drops its oldest messages when it is full in bytes', async () => {
    const queue = await newQueue({ 'x-max-length-bytes': 250 });
    await answers(
      await vhost.channel(),
      queue,
      letters.map((letter) => letter.repeat(100)),
    );
    expect(texts(await vhost.broker.take(queue, 10))).toEqual(['i'.repeat(100), 'j'.repeat(100)]);
  });

  it('that refuses does so until there is room again', async () => {
    const queue = await newQueue({ 'x-max-length': 3, 'x-overflow': 'reject-publish' });
    const channel = await vhost.channel();
    await eventually(async () => (await answers(channel, queue, ['x'])).includes('nack'));
    const before = await vhost.broker.depth(queue);
    expect(before).toBeGreaterThanOrEqual(3); // a quorum queue may take a few more
    expect(await answers(channel, queue, ['y', 'y'])).toEqual(['nack', 'nack']);
    expect(await vhost.broker.depth(queue)).toBe(before);
    await vhost.broker.purge(queue);
    await eventually(async () => (await answers(channel, queue, ['z'])).includes('ack'));
  });
});

describe('a classic queue that refuses when it is full', () => {
  it('takes exactly as many as its bound, and tells each publisher of a batch its own', async () => {
    const queue = await vhost.queue({ 'x-max-length': 3, 'x-overflow': 'reject-publish' });
    const channel = await vhost.channel();
    const told = await Promise.all(letters.map((letter) => answers(channel, queue, [letter])));
    expect(told.flat()).toEqual(letters.map((_, i) => (i < 3 ? 'ack' : 'nack')));
    expect(texts(await vhost.broker.take(queue, 10))).toEqual(['a', 'b', 'c']);
  });

  it('refuses for all queues that the message would reach', async () => {
    const full = await vhost.queue({ 'x-max-length': 0, 'x-overflow': 'reject-publish' });
    const other = await vhost.queue();
    const channel = await vhost.channel();
    for (const queue of [full, other]) await channel.bindQueue(queue, 'amq.topic', full);
    channel.publish('amq.topic', full, Buffer.from('text'));
    await expect(channel.waitForConfirms()).rejects.toThrow();
  });
});

describe('the bound of a queue', () => {
  it('counts what waits, not what is at a consumer', async () => {
    const queue = await vhost.queue({ 'x-max-length': 2 });
    const channel = await vhost.channel();
    await channel.prefetch(2);
    const consumer = await consume(channel, queue);
    await vhost.fill(queue, ['a', 'b', 'c', 'd', 'e']);
    expect(texts(await received(consumer, 2))).toEqual(['a', 'b']);
    await channel.cancel(consumer.tag);
    expect(texts(await vhost.broker.take(queue, 10))).toEqual(['d', 'e']);
  });
});

describe('a message lives', () => {
  it.each<[string, object, Options.Publish]>([
    ['as long as its queue allows', { 'x-message-ttl': 50 }, {}],
    ['as long as it says itself', {}, { expiration: '50' }],
    ['the shorter of the two', { 'x-message-ttl': 60_000 }, { expiration: '50' }],
    ['the shorter of the two, the other way', { 'x-message-ttl': 50 }, { expiration: '60000' }],
  ])('%s, without anyone looking', async (_caption, args, options) => {
    const [dead, key] = [await vhost.queue(), vhost.newName()];
    await vhost.broker.withChannel((channel) => channel.bindQueue(dead, 'amq.direct', key));
    const letters = { 'x-dead-letter-exchange': 'amq.direct', 'x-dead-letter-routing-key': key };
    const queue = await vhost.queue({ ...args, ...letters });
    await vhost.fill(queue, ['a', 'b'], options);
    await vhost.depthIs(dead, 2);
    expect(await vhost.broker.depth(queue)).toBe(0);
  });

  it('not at all when its life is zero, unless a consumer is there', async () => {
    const queue = await vhost.queue({ 'x-message-ttl': 0 });
    await vhost.fill(queue, ['lost']);
    await vhost.depthIs(queue, 0);
    const consumer = await consume(await vhost.channel(), queue);
    await vhost.fill(queue, ['taken']);
    expect(texts(await received(consumer, 1))).toEqual(['taken']);
  });

  it('on at a consumer, and dies when it comes back too late', async () => {
    const queue = await vhost.queue({ 'x-message-ttl': 100 });
    await vhost.fill(queue, ['a']);
    const channel = await vhost.channel();
    const message = await channel.get(queue);
    await vhost.fill(queue, ['b']);
    await vhost.depthIs(queue, 0); // b has died, so a's time has passed as well
    if (message !== false) channel.nack(message);
    await vhost.depthIs(queue, 0);
    expect(await channel.get(queue)).toBe(false);
  });

  it('in its place: one that dies early behind one that stays is not delivered', async () => {
    const queue = await vhost.queue();
    await vhost.fill(queue, ['stays']);
    await vhost.fill(queue, ['dies'], { expiration: '1' });
    await vhost.fill(queue, ['stays too']);
    const marker = await vhost.queue({ 'x-message-ttl': 20 });
    await vhost.fill(marker, ['the time that has passed']);
    await vhost.depthIs(marker, 0);
    expect(texts(await vhost.broker.take(queue, 5))).toEqual(['stays', 'stays too']);
  });
});
