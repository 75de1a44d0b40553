import type { Channel, Message } from 'amqplib';
import { AmqpVhost, consume, noMessage, received, texts } from '../../support/amqp-vhost';

/** Direct reply-to: https://www.rabbitmq.com/docs/direct-reply-to. Every client of golevelup and Nest uses it. */
const vhost = AmqpVhost.ofFile();

const REPLY_TO = 'amq.rabbitmq.reply-to';

/** Asks in a queue, and returns the question as the answerer gets it. */
async function ask(channel: Channel, queue: string, correlationId = 'question'): Promise<Message> {
  channel.sendToQueue(queue, Buffer.from('question'), { replyTo: REPLY_TO, correlationId });
  await vhost.depthIs(queue, 1);
  const [question] = await vhost.broker.take(queue);
  return question ?? noMessage();
}

it('an answer goes straight to the channel that asked', async () => {
  const queue = await vhost.queue();
  const asking = await vhost.channel();
  const answers = await consume(asking, REPLY_TO, { noAck: true });
  const { properties } = await ask(asking, queue);
  expect(properties).toMatchObject({ correlationId: 'question' });
  expect(properties.replyTo).toMatch(/^amq\.rabbitmq\.reply-to\..+/);
  const options = { correlationId: 'question', headers: { a: 1 }, mandatory: true };
  await vhost.broker.publish('', String(properties.replyTo), 'answer', options);
  const [answer] = await received(answers, 1);
  expect(texts(answers.messages)).toEqual(['answer']);
  expect(answer?.fields).toMatchObject({
    consumerTag: answers.tag,
    deliveryTag: 1,
    redelivered: false,
    exchange: '',
    routingKey: properties.replyTo,
  });
  expect(answer?.properties).toMatchObject({ correlationId: 'question', headers: { a: 1 } });
});

it('every channel has an address of its own, the same for all its questions', async () => {
  const queue = await vhost.queue();
  const connection = await vhost.connect();
  const channels = [await vhost.channel(connection), await vhost.channel(connection)] as const;
  const consumers = [];
  for (const channel of channels) consumers.push(await consume(channel, REPLY_TO, { noAck: true }));
  const [one, again, other] = [
    await ask(channels[0], queue),
    await ask(channels[0], queue),
    await ask(channels[1], queue),
  ];
  expect(one.properties.replyTo).toBe(again.properties.replyTo);
  expect(one.properties.replyTo).not.toBe(other.properties.replyTo);
  await vhost.broker.publish('', String(other.properties.replyTo), 'to the other');
  expect(consumers[1] && texts(await received(consumers[1], 1))).toEqual(['to the other']);
  expect(consumers[0]?.messages).toEqual([]);
});

it('an address is taken for a queue by who looks, as long as somebody waits there', async () => {
  const queue = await vhost.queue();
  const connection = await vhost.connect();
  const asking = await vhost.channel(connection);
  const { tag } = await consume(asking, REPLY_TO, { noAck: true });
  const { properties } = await ask(asking, queue);
  const address = String(properties.replyTo);
  expect((await (await vhost.channel()).checkQueue(address)).queue).toBe(address);
  await asking.cancel(tag);
  expect(await vhost.refusal((channel) => channel.checkQueue(address))).toMatchObject({ closed: 'channel', code: 404 });
});

it('the name itself is taken for a queue by who looks', async () => {
  const channel = await vhost.channel();
  expect((await channel.checkQueue(REPLY_TO)).queue).toBe(REPLY_TO);
});

it('an answer that comes too late is lost, or comes back if it is mandatory', async () => {
  const queue = await vhost.queue();
  const connection = await vhost.connect();
  const asking = await vhost.channel(connection);
  await consume(asking, REPLY_TO, { noAck: true });
  const { properties } = await ask(asking, queue);
  await connection.close();
  const answering = await vhost.channel();
  const returned: Message[] = [];
  answering.on('return', (message: Message) => returned.push(message));
  answering.sendToQueue(String(properties.replyTo), Buffer.from('lost'));
  answering.sendToQueue(String(properties.replyTo), Buffer.from('returned'), { mandatory: true });
  await answering.waitForConfirms();
  expect(returned.map(({ content }) => content.toString())).toEqual(['returned']);
});

it('many questions at once get their answers, each its own', async () => {
  const queue = await vhost.queue();
  const asking = await vhost.channel();
  const answers = await consume(asking, REPLY_TO, { noAck: true });
  const answering = await vhost.channel();
  await answering.consume(
    queue,
    (question) => {
      if (question === null) return;
      const { replyTo, correlationId } = question.properties;
      answering.sendToQueue(String(replyTo), question.content, { correlationId });
      answering.ack(question);
    },
    { noAck: false },
  );
  for (let i = 0; i < 200; i++) {
    asking.sendToQueue(queue, Buffer.from(String(i)), { replyTo: REPLY_TO, correlationId: `id ${i}` });
  }
  const all = await received(answers, 200);
  expect(all.map(({ properties }) => String(properties.correlationId))).toEqual(
    all.map(({ content }) => `id ${String(content)}`),
  );
  expect(new Set(texts(all)).size).toBe(200);
});

it.each<[string, Parameters<AmqpVhost['refusal']>[0]]>([
  ['with acknowledgements', (channel) => channel.consume(REPLY_TO, () => undefined)],
  [
    'twice on a channel',
    async (channel) => {
      for (let i = 0; i < 2; i++) await channel.consume(REPLY_TO, () => undefined, { noAck: true });
    },
  ],
])('answers cannot be consumed %s: 406', async (_caption, use) => {
  expect(await vhost.refusal(use)).toMatchObject({ closed: 'channel', code: 406 });
});

it('nobody can ask for an answer who does not wait for one: 406', async () => {
  const queue = await vhost.queue();
  const refusal = await vhost.refusal((channel) =>
    channel.sendToQueue(queue, Buffer.from('question'), { replyTo: REPLY_TO }),
  );
  expect(refusal).toMatchObject({ closed: 'channel', code: 406 });
});
