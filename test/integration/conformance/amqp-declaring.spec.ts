import type { Options } from 'amqplib';
import { AmqpVhost } from '../../support/amqp-vhost';

/** Declaring, deleting and binding; what an AMQP 0-9-1 broker answers, RabbitMQ's extensions included. */
const vhost = AmqpVhost.ofFile();

describe('declaring a queue', () => {
  it('tells how many messages wait in it and how many consume it, at every declaration', async () => {
    const channel = await vhost.channel();
    const queue = vhost.newName();
    expect(await channel.assertQueue(queue)).toEqual({ queue, messageCount: 0, consumerCount: 0 });
    await vhost.fill(queue, ['a', 'b', 'c']);
    await channel.prefetch(1);
    await channel.consume(queue, () => undefined);
    const again = { queue, messageCount: 2, consumerCount: 1 };
    await vhost.depthIs(queue, 2);
    expect(await channel.assertQueue(queue)).toEqual(again);
    expect(await channel.checkQueue(queue)).toEqual(again);
  });

  it('without a name makes one up, which an empty name then stands for on the channel', async () => {
    const channel = await vhost.channel();
    const first = await channel.assertQueue('', { exclusive: true });
    const second = await channel.assertQueue('', { exclusive: true });
    expect(first.queue).toMatch(/^amq\.gen-[\w-]{22}$/);
    expect(second.queue).not.toBe(first.queue);
    await channel.bindQueue('', 'amq.fanout', '');
    channel.publish('amq.fanout', 'any', Buffer.from('text'));
    await channel.waitForConfirms();
    expect((await channel.checkQueue(first.queue)).messageCount).toBe(0);
    expect((await channel.checkQueue(second.queue)).messageCount).toBe(1);
    expect(await channel.get('')).toMatchObject({ fields: { exchange: 'amq.fanout', routingKey: 'any' } });
  });

  it.each<[string, Options.AssertQueue]>([
    ['durable', { durable: true }],
    ['transient', { durable: false }],
    ['exclusive', { exclusive: true }],
    ['deleted with its last consumer', { autoDelete: true }],
    ['of type classic', { arguments: { 'x-queue-type': 'classic' } }],
    ['of type quorum', { arguments: { 'x-queue-type': 'quorum' } }],
    ['limited in number', { maxLength: 5 }],
    ['limited in bytes', { arguments: { 'x-max-length-bytes': 5 } }],
    ['that refuses when full', { maxLength: 5, arguments: { 'x-overflow': 'reject-publish' } }],
    ['that drops when full', { maxLength: 5, arguments: { 'x-overflow': 'drop-head' } }],
    ['of short-lived messages', { messageTtl: 60_000 }],
    ['of messages that live no time', { messageTtl: 0 }],
    ['with a dead letter exchange', { deadLetterExchange: 'amq.fanout', deadLetterRoutingKey: 'dead' }],
    ['with arguments that nobody knows', { arguments: { 'my-note': 'anything' } }],
  ])('%s works, and works again', async (_caption, options) => {
    const channel = await vhost.channel();
    const queue = vhost.newName();
    await channel.assertQueue(queue, options);
    expect(await channel.assertQueue(queue, options)).toMatchObject({ queue });
  });

  const base = { durable: true, arguments: { 'x-max-length': 5 } };
  it.each<[string, Options.AssertQueue, string]>([
    ['transient', { ...base, durable: false }, "inequivalent arg 'durable' for queue"],
    ['deleted when unused', { ...base, autoDelete: true }, "inequivalent arg 'auto_delete' for queue"],
    ['of another limit', { ...base, arguments: { 'x-max-length': 6 } }, "inequivalent arg 'x-max-length' for queue"],
    ['of no limit', { ...base, arguments: {} }, "inequivalent arg 'x-max-length' for queue"],
    [
      'of another type',
      { ...base, arguments: { ...base.arguments, 'x-queue-type': 'quorum' } },
      "inequivalent arg 'x-queue-type' for queue",
    ],
    [
      'with one argument more',
      { ...base, arguments: { ...base.arguments, 'x-message-ttl': 5 } },
      "inequivalent arg 'x-message-ttl' for queue",
    ],
  ])('a second time, %s, is refused with 406', async (_caption, options, text) => {
    const queue = await vhost.queue({}, base);
    const refusal = await vhost.refusal((channel) => channel.assertQueue(queue, options));
    expect(refusal).toMatchObject({ closed: 'channel', code: 406 });
    expect(refusal.text).toContain(`PRECONDITION_FAILED - ${text} '${queue}' in vhost '${vhost.broker.vhost}': `);
  });

  it('may say its type or leave it out when that is classic', async () => {
    const channel = await vhost.channel();
    const queue = await vhost.queue();
    await channel.assertQueue(queue, { arguments: { 'x-queue-type': 'classic' } });
    expect((await channel.assertQueue(queue)).queue).toBe(queue);
  });

  it.each<[string, object, object]>([
    ['classic', {}, { 'x-max-in-memory-length': 5 }],
    ['quorum', { 'x-queue-type': 'quorum' }, { 'x-queue-mode': 'lazy' }],
  ])('of type %s compares no arguments of the other', async (_caption, type, others) => {
    const queue = await vhost.queue({ ...type });
    const channel = await vhost.channel();
    expect((await channel.assertQueue(queue, { arguments: { ...type, ...others } })).queue).toBe(queue);
  });

  it.each<[string, Options.AssertQueue]>([
    ['a quorum queue that is transient', { durable: false, arguments: { 'x-queue-type': 'quorum' } }],
    ['a quorum queue that is exclusive', { exclusive: true, arguments: { 'x-queue-type': 'quorum' } }],
    ['a quorum queue that goes when unused', { autoDelete: true, arguments: { 'x-queue-type': 'quorum' } }],
    ['an unknown type', { arguments: { 'x-queue-type': 'heap' } }],
    ['a limit below zero', { maxLength: -1 }],
    ['a limit that is no number', { arguments: { 'x-max-length': 'five' } }],
    ['an unknown overflow', { arguments: { 'x-overflow': 'ignore' } }],
    ['a life below zero', { messageTtl: -1 }],
    ['a routing key for dead letters without their exchange', { deadLetterRoutingKey: 'dead' }],
    ["a classic queue with a quorum queue's argument", { arguments: { 'x-max-in-memory-length': 5 } }],
    ["a quorum queue with a classic queue's", { arguments: { 'x-queue-type': 'quorum', 'x-queue-version': 1 } }],
  ])('refuses %s with 406', async (_caption, options) => {
    expect(await vhost.refusal((channel) => channel.assertQueue(vhost.newName(), options))).toMatchObject({
      closed: 'channel',
      code: 406,
      text: expect.stringMatching(/^PRECONDITION_FAILED - /) as string,
    });
  });

  it('refuses names that begin with "amq."', async () => {
    const refusal = await vhost.refusal((channel) => channel.assertQueue('amq.mine'));
    expect(refusal).toMatchObject({ closed: 'channel', code: 403 });
    expect(refusal.text).toMatch(/^ACCESS_REFUSED - queue name 'amq.mine' contains reserved prefix 'amq.\*'/);
  });

  it('refuses names that it made up, though they are there', async () => {
    const channel = await vhost.channel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await expect(channel.assertQueue(queue, { exclusive: true })).rejects.toThrow(/403/);
  });
});

describe('what is not there', () => {
  const missing = (kind: string): string => `NOT_FOUND - no ${kind} 'gone' in vhost '${vhost.broker.vhost}'`;
  it.each<[string, Parameters<AmqpVhost['refusal']>[0], string]>([
    ['a queue that is looked at', (channel) => channel.checkQueue('gone'), 'queue'],
    ['a queue that is consumed', (channel) => channel.consume('gone', () => undefined), 'queue'],
    ['a queue that is asked for a message', (channel) => channel.get('gone'), 'queue'],
    ['a queue that is purged', (channel) => channel.purgeQueue('gone'), 'queue'],
    ['a queue that is bound', (channel) => channel.bindQueue('gone', 'amq.topic', '#'), 'queue'],
    ['an exchange that is looked at', (channel) => channel.checkExchange('gone'), 'exchange'],
    ['an exchange that is published to', (channel) => channel.publish('gone', 'key', Buffer.from('x')), 'exchange'],
  ])('%s: 404', async (_caption, use, kind) => {
    expect(await vhost.refusal(use)).toEqual({ closed: 'channel', code: 404, text: missing(kind) });
  });

  it('an exchange that is bound to: 404', async () => {
    const queue = await vhost.queue();
    const refusal = await vhost.refusal((channel) => channel.bindQueue(queue, 'gone', '#'));
    expect(refusal).toEqual({ closed: 'channel', code: 404, text: missing('exchange') });
  });

  it('a queue without a name, though one was declared before: 404', async () => {
    const refusal = await vhost.refusal(async (channel) => {
      await channel.assertQueue('', { exclusive: true });
      await channel.checkQueue('');
    });
    expect(refusal).toMatchObject({ closed: 'channel', code: 404 });
  });

  it('may be deleted or unbound all the same', async () => {
    const channel = await vhost.channel();
    const queue = await vhost.queue();
    expect(await channel.deleteQueue('gone')).toEqual({ messageCount: 0 });
    await channel.deleteExchange('gone');
    await channel.unbindQueue(queue, 'amq.topic', 'never bound');
    expect((await channel.checkQueue(queue)).queue).toBe(queue);
  });

  it('does not harm the other channels of the connection', async () => {
    const connection = await vhost.connect();
    const [one, other] = [await vhost.channel(connection), await vhost.channel(connection)];
    await expect(one.checkQueue('gone')).rejects.toThrow(/404/);
    expect(await other.assertQueue('', { exclusive: true })).toMatchObject({ messageCount: 0 });
    expect(await (await vhost.channel(connection)).checkExchange('amq.topic')).toEqual({}); // takes the number of the one
  });
});

describe('declaring an exchange', () => {
  it.each(['direct', 'fanout', 'topic'])('of type %s works, and works again', async (type) => {
    const channel = await vhost.channel();
    const exchange = vhost.newName();
    await channel.assertExchange(exchange, type, { durable: true });
    expect(await channel.assertExchange(exchange, type, { durable: true })).toEqual({ exchange });
    await channel.checkExchange(exchange);
  });

  it.each(['amq.direct', 'amq.fanout', 'amq.topic'])('%p is there already', async (exchange) => {
    await (await vhost.channel()).checkExchange(exchange);
  });

  it.each<[string, string, Options.AssertExchange, string]>([
    ['another type', 'fanout', { durable: true }, "inequivalent arg 'type' for exchange"],
    ['another durability', 'topic', { durable: false }, "inequivalent arg 'durable' for exchange"],
    ['another life', 'topic', { durable: true, autoDelete: true }, "inequivalent arg 'auto_delete' for exchange"],
  ])('a second time, with %s, is refused with 406', async (_caption, type, options, text) => {
    const exchange = vhost.newName();
    await (await vhost.channel()).assertExchange(exchange, 'topic', { durable: true });
    const refusal = await vhost.refusal((channel) => channel.assertExchange(exchange, type, options));
    expect(refusal).toMatchObject({ closed: 'channel', code: 406 });
    expect(refusal.text).toContain(`PRECONDITION_FAILED - ${text} '${exchange}' in vhost '${vhost.broker.vhost}': `);
  });

  it('of an unknown type costs the connection: 503', async () => {
    const refusal = await vhost.refusal((channel) => channel.assertExchange(vhost.newName(), 'x-heap'));
    expect(refusal).toMatchObject({ closed: 'connection', code: 503 });
    expect(refusal.text).toMatch(/^COMMAND_INVALID - /);
  });

  it.each<[string, Parameters<AmqpVhost['refusal']>[0]]>([
    ['declared under a name that begins with "amq."', (channel) => channel.assertExchange('amq.mine', 'topic')],
    ['deleted when it is one of the broker', (channel) => channel.deleteExchange('amq.topic')],
    ['deleted when it might be one of the broker', (channel) => channel.deleteExchange('amq.gone')],
    ['deleted when it is the default one', (channel) => channel.deleteExchange('')],
    ['looked at when it is the default one', (channel) => channel.checkExchange('')],
    ['declared as the default one', (channel) => channel.assertExchange('', 'direct')],
    ['bound when it is the default one', async (channel) => channel.bindQueue(await vhost.queue(), '', 'key')],
    [
      'unbound when it is the default one',
      async (channel) => {
        const queue = await vhost.queue();
        await channel.unbindQueue(queue, '', queue);
      },
    ],
  ])('cannot be %s: 403', async (_caption, use) => {
    const refusal = await vhost.refusal(use);
    expect(refusal).toMatchObject({ closed: 'channel', code: 403 });
    expect(refusal.text).toMatch(/^ACCESS_REFUSED - /);
  });

  it('is not deleted while it is bound, if so asked: 406', async () => {
    const exchange = vhost.newName();
    const channel = await vhost.channel();
    await channel.assertExchange(exchange, 'fanout');
    await channel.bindQueue(await vhost.queue(), exchange, '');
    const refusal = await vhost.refusal((other) => other.deleteExchange(exchange, { ifUnused: true }));
    expect(refusal).toMatchObject({ closed: 'channel', code: 406 });
    await channel.deleteExchange(exchange);
    await expect(channel.checkExchange(exchange)).rejects.toThrow(/404/);
  });
});
