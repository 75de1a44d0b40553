import { AmqpVhost, consume, noMessage, received, texts } from '../../support/amqp-vhost';
import { eventually } from '../../support/eventually';

/** Who gets which message, when, and how many at once. */
const vhost = AmqpVhost.ofFile();

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

describe.each(['classic', 'quorum'])('a consumer of a %s queue', (type) => {
  const newQueue = (): Promise<string> => vhost.queue({ 'x-queue-type': type });

  it('gets what waits and what comes, in order, with where it came from', async () => {
    const queue = await newQueue();
    await vhost.fill(queue, ['a', 'b']);
    const channel = await vhost.channel();
    const consumer = await consume(channel, queue);
    await received(consumer, 2);
    await channel.bindQueue(queue, 'amq.topic', `${queue}.#`);
    await vhost.broker.publish('amq.topic', `${queue}.x`, 'c');
    const messages = await received(consumer, 3);
    expect(texts(messages)).toEqual(['a', 'b', 'c']);
    expect(consumer.tag).toMatch(/^amq\.ctag-[\w-]{22}$/);
    const common = { consumerTag: consumer.tag, redelivered: false };
    expect(messages.map(({ fields }) => fields)).toEqual([
      { ...common, deliveryTag: 1, exchange: '', routingKey: queue },
      { ...common, deliveryTag: 2, exchange: '', routingKey: queue },
      { ...common, deliveryTag: 3, exchange: 'amq.topic', routingKey: `${queue}.x` },
    ]);
  });

  it('has no more unacknowledged than its prefetch', async () => {
    const queue = await newQueue();
    await vhost.fill(queue, numbers(10));
    const channel = await vhost.channel();
    await channel.prefetch(3);
    const consumer = await consume(channel, queue);
    await received(consumer, 3);
    await vhost.depthIs(queue, 7);
    channel.ack(consumer.messages[1] ?? noMessage());
    await received(consumer, 4);
    channel.ack(consumer.messages[3] ?? noMessage(), true);
    await received(consumer, 7);
    await vhost.depthIs(queue, 3);
    expect(texts(consumer.messages)).toEqual(numbers(7));
  });

  it('with noAck gets everything whatever its prefetch, and none of it again', async () => {
    const queue = await newQueue();
    await vhost.fill(queue, numbers(10));
    const channel = await vhost.channel();
    await channel.prefetch(1);
    expect(texts(await received(await consume(channel, queue, { noAck: true }), 10))).toEqual(numbers(10));
    await channel.close();
    expect((await vhost.broker.take(queue)).length).toBe(0);
  });

  it('gets nothing more once cancelled, and can still acknowledge', async () => {
    const queue = await newQueue();
    await vhost.fill(queue, ['a']);
    const channel = await vhost.channel();
    const consumer = await consume(channel, queue);
    const [message] = await received(consumer, 1);
    expect(await channel.cancel(consumer.tag)).toEqual({ consumerTag: consumer.tag });
    await vhost.fill(queue, ['b']);
    await vhost.depthIs(queue, 1);
    channel.ack(message ?? noMessage());
    await channel.close();
    await vhost.depthIs(queue, 1);
    expect(consumer.messages).toHaveLength(1);
  });

  it('shares the messages with another, each in its turn', async () => {
    const queue = await newQueue();
    const channel = await vhost.channel();
    const [one, two] = [await consume(channel, queue), await consume(channel, queue)];
    for (const text of numbers(10)) await vhost.fill(queue, [text]);
    await eventually(() => one.messages.length + two.messages.length === 10);
    expect([one.messages.length, two.messages.length]).toEqual([5, 5]);
    const all = [...texts(one.messages), ...texts(two.messages)].map(Number);
    expect(all.sort((a, b) => a - b)).toEqual([...numbers(10).keys()]);
  });

  it('leaves to another what it has no room for', async () => {
    const queue = await newQueue();
    const [slow, fast] = [await vhost.channel(), await vhost.channel()];
    await slow.prefetch(1);
    const slowOne = await consume(slow, queue);
    const fastOne = await consume(fast, queue);
    await vhost.fill(queue, numbers(20));
    await received(fastOne, 19);
    await received(slowOne, 1);
  });
});

describe('the consumer of a classic queue', () => {
  it('counts until it is cancelled', async () => {
    const queue = await vhost.queue();
    const channel = await vhost.channel();
    const consumers = [await consume(channel, queue), await consume(await vhost.channel(), queue)];
    expect(await vhost.broker.consumerCount(queue)).toBe(2);
    await channel.cancel(consumers[0]?.tag ?? '');
    expect(await vhost.broker.consumerCount(queue)).toBe(1);
  });

  it('may be the only one, if it says so: another is refused with 403', async () => {
    const queue = await vhost.queue();
    await consume(await vhost.channel(), queue, { exclusive: true });
    const refusal = await vhost.refusal((channel) => channel.consume(queue, () => undefined));
    expect(refusal).toMatchObject({ closed: 'channel', code: 403 });
    expect(refusal.text).toContain(`queue '${queue}' in vhost '${vhost.broker.vhost}' in exclusive use`);
  });

  it('cannot be the only one where there is another: 403', async () => {
    const queue = await vhost.queue();
    await consume(await vhost.channel(), queue);
    const refusal = await vhost.refusal((channel) => channel.consume(queue, () => undefined, { exclusive: true }));
    expect(refusal).toMatchObject({ closed: 'channel', code: 403 });
  });
});

describe('the consumer of a quorum queue', () => {
  const newQueue = (): Promise<string> => vhost.queue({ 'x-queue-type': 'quorum' });

  it('is never the only one, whatever it says', async () => {
    const queue = await newQueue();
    await consume(await vhost.channel(), queue, { exclusive: true });
    const other = await consume(await vhost.channel(), queue, { exclusive: true });
    await vhost.fill(queue, ['a', 'b']);
    await received(other, 1);
  });

  it('cannot share a prefetch with others of its channel: 540', async () => {
    const queue = await newQueue();
    const refusal = await vhost.refusal(async (channel) => {
      await channel.prefetch(2, true);
      await channel.consume(queue, () => undefined);
    });
    expect(refusal).toMatchObject({ closed: 'connection', code: 540 });
  });
});

describe('prefetch', () => {
  it('holds for each consumer that starts after it, not for those before', async () => {
    const queue = await vhost.queue();
    const channel = await vhost.channel();
    await channel.prefetch(2);
    const two = await consume(channel, queue);
    await channel.prefetch(5);
    const five = await consume(channel, queue);
    await vhost.fill(queue, numbers(20));
    await received(two, 2);
    await received(five, 5);
    await vhost.depthIs(queue, 13);
  });

  it('of a channel is shared by its consumers', async () => {
    const queue = await vhost.queue();
    const channel = await vhost.channel();
    await channel.prefetch(3, true);
    const consumers = [await consume(channel, queue), await consume(channel, queue)];
    await vhost.fill(queue, numbers(10));
    const got = () => consumers.flatMap(({ messages }) => messages);
    await eventually(() => got().length === 3);
    await vhost.depthIs(queue, 7);
    channel.ack(got()[0] ?? noMessage());
    await eventually(() => got().length === 4);
    await vhost.depthIs(queue, 6);
  });

  it('of zero is no bound', async () => {
    const queue = await vhost.queue();
    await vhost.fill(queue, numbers(500));
    const channel = await vhost.channel();
    await channel.prefetch(0);
    await received(await consume(channel, queue), 500);
  });

  it('does not bound what is asked for one by one', async () => {
    const queue = await vhost.queue();
    await vhost.fill(queue, numbers(3));
    const channel = await vhost.channel();
    await channel.prefetch(1);
    for (const text of numbers(3)) expect(texts([(await channel.get(queue)) || noMessage()])).toEqual([text]);
  });
});

describe('a message that is asked for (basic.get)', () => {
  it('tells how many wait behind it; none is false', async () => {
    const queue = await vhost.queue();
    await vhost.fill(queue, ['a', 'b']);
    const channel = await vhost.channel();
    expect(await channel.get(queue)).toMatchObject({
      fields: { deliveryTag: 1, redelivered: false, exchange: '', routingKey: queue, messageCount: 1 },
    });
    expect(await channel.get(queue)).toMatchObject({ fields: { deliveryTag: 2, messageCount: 0 } });
    expect(await channel.get(queue)).toBe(false);
    await channel.close();
    await vhost.depthIs(queue, 2);
  });

  it('is gone at once with noAck', async () => {
    const queue = await vhost.queue();
    await vhost.fill(queue, ['a']);
    const channel = await vhost.channel();
    await channel.get(queue, { noAck: true });
    await channel.close();
    expect(await (await vhost.channel()).get(queue)).toBe(false);
  });
});

describe('consumer tags', () => {
  it('may be chosen, and chosen again once free', async () => {
    const queue = await vhost.queue();
    const channel = await vhost.channel();
    expect((await consume(channel, queue, { consumerTag: 'mine' })).tag).toBe('mine');
    await channel.cancel('mine');
    expect((await consume(channel, queue, { consumerTag: 'mine' })).tag).toBe('mine');
    const elsewhere = await vhost.channel();
    expect((await consume(elsewhere, queue, { consumerTag: 'mine' })).tag).toBe('mine');
  });

  it('that are taken on the channel cost the connection: 530', async () => {
    const queue = await vhost.queue();
    const refusal = await vhost.refusal(async (channel) => {
      await channel.consume(queue, () => undefined, { consumerTag: 'mine' });
      await channel.consume(queue, () => undefined, { consumerTag: 'mine' });
    });
    expect(refusal).toMatchObject({ closed: 'connection', code: 530 });
    expect(refusal.text).toMatch(/^NOT_ALLOWED - attempt to reuse consumer tag 'mine'/);
  });

  it('that nobody has can be cancelled', async () => {
    expect(await (await vhost.channel()).cancel('nobody')).toEqual({ consumerTag: 'nobody' });
  });
});

it('a consumer that goes with its connection leaves its messages to the next', async () => {
  const queue = await vhost.queue();
  await vhost.fill(queue, numbers(3));
  const connection = await vhost.connect();
  await received(await consume(await vhost.channel(connection), queue), 3);
  const waiting = await consume(await vhost.channel(), queue);
  await connection.close();
  const messages = await received(waiting, 3);
  expect(texts(messages)).toEqual(numbers(3));
  expect(messages.map(({ fields }) => fields.redelivered)).toEqual([true, true, true]);
});
