import type { Message } from 'amqplib';
import { AmqpVhost } from '../../support/amqp-vhost';

/** What a publisher is told: confirms, returns, refusals. */
const vhost = AmqpVhost.ofFile();

/** Publishes on a channel of its own, and tells in order what came back. */
async function told(exchange: string, key: string, options: { mandatory?: boolean }): Promise<unknown[]> {
  const channel = await vhost.channel();
  const events: unknown[] = [];
  channel.on('return', ({ fields, content }: Message) => events.push(['return', fields, content.toString()]));
  await new Promise<void>((resolve) => {
    channel.publish(exchange, key, Buffer.from('text'), options, (error) => {
      events.push(error === null ? 'ack' : 'nack');
      resolve();
    });
  });
  return events;
}

describe('a confirm', () => {
  it('means that a routed message is in its queue', async () => {
    const queue = await vhost.queue();
    const channel = await vhost.channel();
    for (let i = 1; i <= 20; i++) {
      channel.sendToQueue(queue, Buffer.from('text'));
      await channel.waitForConfirms();
      expect((await channel.checkQueue(queue)).messageCount).toBe(i);
    }
  });

  it.each(['classic', 'quorum'])('comes for each of many messages to a %s queue, once', async (type) => {
    const queue = await vhost.queue({ 'x-queue-type': type });
    const channel = await vhost.channel();
    const confirms = Array.from({ length: 1_000 }, () => 0);
    confirms.forEach((_, i) => {
      channel.sendToQueue(queue, Buffer.from(String(i)), {}, (error) => (confirms[i] += error === null ? 1 : NaN));
    });
    await channel.waitForConfirms();
    expect(new Set(confirms)).toEqual(new Set([1]));
    await vhost.depthIs(queue, 1_000);
  });

  it('comes also for what no queue takes', async () => {
    expect(await told('amq.topic', 'nobody', {})).toEqual(['ack']);
  });

  it('is not sent on a channel that did not ask for it', async () => {
    const queue = await vhost.queue();
    const channel = await (await vhost.connect()).createChannel();
    channel.sendToQueue(queue, Buffer.from('a'));
    await vhost.depthIs(queue, 1);
    expect((await channel.checkQueue(queue)).messageCount).toBe(1);
  });

  it('counts each channel of a connection for itself', async () => {
    const queue = await vhost.queue();
    const connection = await vhost.connect();
    const [one, two] = [await vhost.channel(connection), await vhost.channel(connection)];
    for (let i = 0; i < 10; i++) {
      one.sendToQueue(queue, Buffer.from('a'));
      if (i % 3 === 0) two.sendToQueue(queue, Buffer.from('b'));
    }
    await Promise.all([one.waitForConfirms(), two.waitForConfirms()]);
    await vhost.depthIs(queue, 14);
  });
});

describe('a mandatory message', () => {
  it.each([
    ['amq.topic', 'nobody'],
    ['', 'no such queue'],
  ])('that no queue takes comes back, before its confirm (%p, %p)', async (exchange, key) => {
    const fields = { replyCode: 312, replyText: 'NO_ROUTE', exchange, routingKey: key };
    expect(await told(exchange, key, { mandatory: true })).toEqual([['return', fields, 'text'], 'ack']);
  });

  it('that a queue takes does not come back', async () => {
    expect(await told('', await vhost.queue(), { mandatory: true })).toEqual(['ack']);
  });

  it('comes back with all of its properties and its whole body', async () => {
    const channel = await vhost.channel();
    const returned: Message[] = [];
    channel.on('return', (message: Message) => returned.push(message));
    const body = Buffer.alloc(200_000, 'abc');
    const headers = { a: [1, { b: true }] };
    channel.publish('amq.topic', 'nobody', body, { mandatory: true, messageId: 'm', persistent: true, headers });
    await channel.waitForConfirms();
    expect(returned).toHaveLength(1);
    expect(returned[0]?.content.equals(body)).toBe(true);
    expect(returned[0]?.properties).toMatchObject({ messageId: 'm', deliveryMode: 2, headers });
  });

  it('among others tells which one came back', async () => {
    const queue = await vhost.queue();
    const channel = await vhost.channel();
    const returned: unknown[] = [];
    channel.on('return', ({ properties }: Message) => returned.push(properties.messageId));
    for (let i = 0; i < 50; i++) {
      const key = i % 7 === 0 ? 'nobody' : queue;
      channel.publish('', key, Buffer.from('text'), { mandatory: true, messageId: `m${i}` });
    }
    await channel.waitForConfirms();
    expect(returned).toEqual(['m0', 'm7', 'm14', 'm21', 'm28', 'm35', 'm42', 'm49']);
    expect(await vhost.broker.depth(queue)).toBe(42);
  });
});

it('a publish to an exchange that is not there rejects what waits for a confirm', async () => {
  const channel = await vhost.channel();
  channel.publish('gone', 'key', Buffer.from('text'));
  await expect(channel.waitForConfirms()).rejects.toThrow();
});

it('messages of one channel stay in their order, across frames and bodies of all sizes', async () => {
  const queue = await vhost.queue();
  const channel = await vhost.channel();
  const sizes = Array.from({ length: 200 }, (_, i) => (i % 10 === 0 ? 140_000 : i));
  sizes.forEach((size, i) => channel.sendToQueue(queue, Buffer.alloc(size), { messageId: String(i) }));
  await channel.waitForConfirms();
  const taken = await vhost.broker.take(queue, 200);
  expect(taken.map(({ properties }) => Number(properties.messageId))).toEqual([...sizes.keys()]);
  expect(taken.map(({ content }) => content.length)).toEqual(sizes);
});

it('publishes that are on their way when their channel is closed in order arrive', async () => {
  const queue = await vhost.queue();
  const channel = await (await vhost.connect()).createChannel();
  for (let i = 0; i < 100; i++) channel.sendToQueue(queue, Buffer.from(String(i)));
  await channel.close();
  await vhost.depthIs(queue, 100);
});
