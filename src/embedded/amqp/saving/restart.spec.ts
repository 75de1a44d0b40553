import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConfirmChannel, type GetMessage } from 'amqplib';
import { eventually } from '../../../../test/support/eventually';
import type { AmqpNotice } from '../amqp-notice';
import { AmqpServer } from '../amqp-server';

/** What of a server is there again when another is started on the same file, as a client sees it. */
let folder: string;
let file: string;
let server: AmqpServer;
let notices: AmqpNotice[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amqp-restart-'));
  file = join(folder, 'made at need', 'amqp');
  notices = [];
  server = await start(file);
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

async function start(at?: string, maxQueueBytes = 1e9): Promise<AmqpServer> {
  return AmqpServer.start({
    maxQueueBytes,
    notify: (notice) => {
      notices.push(notice);
    },
    ...(at === undefined ? {} : { file: at }),
  });
}

async function restart(): Promise<void> {
  await server.close();
  server = await start(file);
}

async function onChannel<T>(use: (channel: ConfirmChannel) => Promise<T>, vhost = '/'): Promise<T> {
  const connection = await connect(server.urlOf(vhost));
  const channel = await connection.createConfirmChannel();
  channel.on('error', () => undefined); // the refused operation rejects
  try {
    const result = await use(channel);
    await channel.waitForConfirms();
    return result;
  } finally {
    await connection.close();
  }
}

async function take(queue: string): Promise<GetMessage[]> {
  return onChannel(async (channel) => {
    const messages: GetMessage[] = [];
    for (let message; (message = await channel.get(queue, { noAck: true }));) messages.push(message);
    return messages;
  });
}
const texts = (messages: readonly GetMessage[]): string[] => messages.map(({ content }) => content.toString());
const depth = (queue: string): Promise<number> =>
  onChannel(async (channel) => (await channel.checkQueue(queue)).messageCount);

const QUORUM = { arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 5 } };
const persistent = true;

it('durable exchanges, queues and bindings are there again, with their arguments', async () => {
  const options = { durable: true, arguments: { 'x-max-length': 5, 'x-message-ttl': 60_000, note: [1, { a: true }] } };
  await onChannel(async (channel) => {
    await channel.assertExchange('topic', 'topic', { durable: true });
    await channel.assertQueue('queue', options);
    await channel.bindQueue('queue', 'topic', '#.error');
    await channel.bindQueue('queue', 'amq.fanout', '');
  });
  await restart();
  await onChannel(async (channel) => {
    await channel.assertExchange('topic', 'topic', { durable: true });
    await channel.assertQueue('queue', options);
    channel.publish('topic', 'shop.error', Buffer.from('by the topic'));
    channel.publish('topic', 'shop.info', Buffer.from('nowhere'));
    channel.publish('amq.fanout', '', Buffer.from('by the fanout'));
  });
  expect(texts(await take('queue'))).toEqual(['by the topic', 'by the fanout']);
  await expect(onChannel(async (channel) => channel.assertQueue('queue', { durable: true }))).rejects.toThrow(/406/);
});

it('persistent messages are there again, in order and as they were', async () => {
  const properties = { messageId: 'grüße', headers: { double: { '!': 'double', value: 3 }, list: [1, null] } };
  const body = Buffer.alloc(300_000, 'abc');
  await onChannel(async (channel) => {
    await channel.assertQueue('queue', { durable: true });
    channel.sendToQueue('queue', body, { persistent, ...properties });
    for (let i = 0; i < 100; i++) channel.sendToQueue('queue', Buffer.from(String(i)), { persistent });
  });
  await restart();
  await restart();
  const [first, ...others] = await take('queue');
  expect(first?.content.equals(body)).toBe(true);
  expect(first?.properties).toMatchObject({
    messageId: 'grüße',
    deliveryMode: 2,
    headers: { double: 3, list: [1, null] },
  });
  expect(first?.fields).toMatchObject({ exchange: '', routingKey: 'queue' });
  expect(texts(others)).toEqual(Array.from({ length: 100 }, (_, i) => String(i)));
});

it('what is transient is gone; a quorum queue keeps all its messages', async () => {
  await onChannel(async (channel) => {
    await channel.assertExchange('gone exchange', 'topic', { durable: false });
    await channel.assertQueue('gone queue', { durable: false });
    await channel.assertQueue('classic', { durable: true });
    await channel.bindQueue('classic', 'gone exchange', '#');
    await channel.assertQueue('quorum', QUORUM);
    for (const queue of ['classic', 'quorum', 'gone queue']) {
      channel.sendToQueue(queue, Buffer.from('transient'));
      channel.sendToQueue(queue, Buffer.from('persistent'), { persistent });
    }
  });
  await restart();
  expect([texts(await take('classic')), texts(await take('quorum'))]).toEqual([
    ['persistent'],
    ['transient', 'persistent'],
  ]);
  await expect(onChannel(async (channel) => channel.checkQueue('gone queue'))).rejects.toThrow(/404/);
  await expect(onChannel(async (channel) => channel.checkExchange('gone exchange'))).rejects.toThrow(/404/);
});

it('what was at a consumer is there again, and a quorum queue goes on counting its deliveries', async () => {
  await onChannel(async (channel) => {
    await channel.assertQueue('quorum', QUORUM);
    for (const text of ['a', 'b']) channel.sendToQueue('quorum', Buffer.from(text), { persistent });
  });
  const connection = await connect(server.urlOf());
  connection.on('error', () => undefined); // the server closes it
  const channel = await connection.createChannel();
  channel.on('error', () => undefined);
  await channel.get('quorum');
  await restart();
  const [a, b] = await take('quorum');
  expect([a?.content.toString(), a?.fields.redelivered, a?.properties.headers]).toEqual([
    'a',
    true,
    { 'x-delivery-count': 1 },
  ]);
  expect([b?.content.toString(), b?.fields.redelivered]).toEqual(['b', false]);
});

it('a message goes on growing old', async () => {
  await onChannel(async (channel) => {
    await channel.assertQueue('dead', { durable: true });
    await channel.assertQueue('queue', {
      durable: true,
      deadLetterExchange: '',
      deadLetterRoutingKey: 'dead',
    });
    channel.sendToQueue('queue', Buffer.from('text'), { persistent, expiration: '500' });
  });
  await restart();
  await eventually(async () => (await depth('dead')) === 1);
  expect((await take('dead'))[0]?.properties.headers).toMatchObject({ 'x-first-death-reason': 'expired' });
});

it('a limit holds for what was loaded', async () => {
  const options = { durable: true, maxLength: 2 };
  await onChannel(async (channel) => {
    await channel.assertQueue('queue', options);
    for (const text of ['a', 'b']) channel.sendToQueue('queue', Buffer.from(text), { persistent });
  });
  await restart();
  await onChannel(async (channel) => channel.sendToQueue('queue', Buffer.from('c'), { persistent }));
  expect(texts(await take('queue'))).toEqual(['b', 'c']);
});

it('a message in several queues takes no more memory than before', async () => {
  const queues = ['one', 'two', 'three'];
  await onChannel(async (channel) => {
    for (const queue of queues) {
      await channel.assertQueue(queue, { durable: true });
      await channel.bindQueue(queue, 'amq.fanout', '');
    }
    for (const text of ['a', 'b']) channel.publish('amq.fanout', '', Buffer.alloc(50_000, text), { persistent });
  });
  await server.close();
  server = await start(file, 120_000);
  await onChannel(async (channel) => channel.publish('amq.fanout', '', Buffer.from('fits'), { persistent }));
  expect(notices).toEqual([]);
  for (const queue of queues) {
    expect((await take(queue)).map(({ content }) => content.toString().slice(0, 4))).toEqual(['aaaa', 'bbbb', 'fits']);
  }
});

it('every vhost has its own', async () => {
  server.addVhost('other');
  for (const vhost of ['/', 'other']) {
    await onChannel(async (channel) => {
      await channel.assertQueue('queue', { durable: true });
      channel.sendToQueue('queue', Buffer.from(vhost), { persistent });
    }, vhost);
  }
  await restart();
  const got = await onChannel(async (channel) => channel.get('queue'), 'other');
  expect(got && got.content.toString()).toBe('other');
  expect(texts(await take('queue'))).toEqual(['/']);
});

describe('the file', () => {
  const fill = (): Promise<void> =>
    onChannel(async (channel) => {
      await channel.assertQueue('queue', { durable: true });
      for (let i = 0; i < 10; i++) channel.sendToQueue('queue', Buffer.from(`message ${i}`), { persistent });
    });

  it.each<[string, (saved: Buffer) => Buffer]>([
    ['cut short', (saved) => saved.subarray(0, saved.length - 20)],
    [
      'changed in one bit',
      (saved) => Buffer.from(saved.map((byte, i) => (i === saved.length - 100 ? byte ^ 1 : byte))),
    ],
    ['of something else', () => Buffer.from('not ours')],
    ['empty', () => Buffer.alloc(0)],
  ])('that is %s is set aside and told of, and the server starts empty', async (_caption, damage) => {
    await fill();
    await server.close();
    const damaged = damage(await readFile(file));
    await writeFile(file, damaged);
    server = await start(file);
    const notice = notices.find(({ type }) => type === 'saved-file-damaged');
    expect(notice).toMatchObject({ file });
    const aside = notice?.type === 'saved-file-damaged' ? notice.setAsideAs : '';
    expect((await readFile(aside)).equals(damaged)).toBe(true);
    await expect(depth('queue')).rejects.toThrow(/404/);
    await fill();
    await restart();
    expect(await depth('queue')).toBe(10);
  });

  it('that cannot be written is told of, and the server ends all the same', async () => {
    const place = join(folder, 'amqp');
    const other = await start(place);
    await mkdir(join(place, 'a folder in its place'), { recursive: true });
    await other.close();
    expect(notices.map(({ type }) => type)).toEqual(['save-failed']);
  });

  it('is written when the server closes, once, and nothing is left beside it', async () => {
    await fill();
    expect(existsSync(file)).toBe(false);
    await Promise.all([server.close(), server.close()]);
    await server.close();
    expect(await readdir(join(file, '..'))).toEqual(['amqp']);
  });

  it('is not written where none is named', async () => {
    const other = await start();
    await other.close();
    expect(await readdir(folder)).toEqual([]);
  });
});
