import { AmqpSocket, frame, methodFrame, shortText, uint16, uint32 } from '../../support/amqp-socket';
import { AmqpVhost } from '../../support/amqp-vhost';
import { eventually } from '../../support/eventually';

/** What the broker answers to bytes that no client library sends. AMQP 0-9-1, sections 2.3 and 4.2. */
const vhost = AmqpVhost.ofFile();

const sockets: AmqpSocket[] = [];
afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));

async function connected(): Promise<AmqpSocket> {
  const socket = await AmqpSocket.connect(vhost.broker.url);
  sockets.push(socket);
  return socket;
}

async function opened(options?: { frameMax?: number; heartbeat?: number }): Promise<AmqpSocket> {
  const socket = await AmqpSocket.open(vhost.broker.url, options);
  sockets.push(socket);
  return socket;
}

const OPEN_CHANNEL = methodFrame(1, 20, 10, shortText(''));
const contentHeader = (bodyBytes: number, classId = 60): Buffer =>
  frame(2, 1, Buffer.concat([uint16(classId), uint16(0), uint32(0), uint32(bodyBytes), uint16(0)]));
const publishTo = (key: string): Buffer =>
  methodFrame(1, 60, 40, Buffer.concat([uint16(0), shortText(''), shortText(key), Buffer.of(0)]));

describe('before the handshake', () => {
  it.each<[string, Buffer]>([
    ['another version', Buffer.from('AMQP\0\x01\0\0', 'latin1')],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
    ['zeros', Buffer.alloc(8)],
  ])('%s is answered with the version that is spoken here, and the end', async (_caption, bytes) => {
    const socket = await connected();
    socket.send(bytes);
    await eventually(() => socket.isClosed);
    expect(socket.received.toString('latin1')).toBe('AMQP\0\0\x09\x01');
  });

  it('a header that comes byte by byte is a header', async () => {
    const socket = await connected();
    for (const byte of Buffer.from('AMQP\0\0\x09\x01', 'latin1')) socket.send(Buffer.of(byte));
    const start = await socket.method(10, 10);
    expect([...start.subarray(0, 2)]).toEqual([0, 9]);
  });
});

describe('on an open connection', () => {
  it('frames may come in pieces, and several at once', async () => {
    const socket = await opened();
    const bytes = Buffer.concat([OPEN_CHANNEL, methodFrame(2, 20, 10, shortText(''))]);
    for (const byte of bytes) socket.send(Buffer.of(byte));
    await eventually(() => socket.frames.filter(({ payload }) => payload.readUInt16BE(0) === 20).length === 2);
    const channels = socket.frames.map(({ channel }) => channel).filter((channel) => channel > 0);
    expect(channels).toEqual([1, 2]);
  });

  it('a heartbeat comes when it was agreed upon, and one that is sent is taken', async () => {
    const socket = await opened({ heartbeat: 1 });
    socket.send(frame(8, 0, Buffer.alloc(0)));
    await eventually(() => socket.frames.some(({ type }) => type === 8));
    expect(socket.isClosed).toBe(false);
  });

  it('a message in many small frames is one message', async () => {
    const queue = await vhost.queue();
    const socket = await opened();
    const parts = Array.from({ length: 100 }, (_, i) => Buffer.from(`part ${i} `));
    const body = Buffer.concat(parts);
    socket.send(
      Buffer.concat([OPEN_CHANNEL, publishTo(queue), contentHeader(body.length), ...parts.map((p) => frame(3, 1, p))]),
    );
    await vhost.depthIs(queue, 1);
    expect((await vhost.broker.take(queue))[0]?.content.toString()).toBe(body.toString());
  });

  it('messages of two channels may come interleaved', async () => {
    const queue = await vhost.queue();
    const socket = await opened();
    const onChannel = (channel: number, bytes: Buffer): Buffer =>
      Buffer.concat([bytes.subarray(0, 1), uint16(channel), bytes.subarray(3)]);
    const both = [OPEN_CHANNEL, publishTo(queue), contentHeader(4), frame(3, 1, Buffer.from('ab'))].flatMap((bytes) => [
      bytes,
      onChannel(2, bytes),
    ]);
    const ends = [frame(3, 2, Buffer.from('22')), frame(3, 1, Buffer.from('11'))];
    socket.send(Buffer.concat([...both, ...ends]));
    await vhost.depthIs(queue, 2);
    const taken = await vhost.broker.take(queue, 2);
    expect(taken.map(({ content }) => content.toString()).sort()).toEqual(['ab11', 'ab22']);
  });
});

/** RabbitMQ's answers: 501 a malformed frame, 504 a wrong channel, 505 a frame out of place, 540 what is not there. */
describe('the connection is closed', () => {
  it.each<[string, Buffer, number]>([
    ['for a frame without its end', Buffer.concat([OPEN_CHANNEL.subarray(0, -1), Buffer.of(0)]), 501],
    [
      'for a queue whose name is no UTF-8',
      Buffer.concat([OPEN_CHANNEL, methodFrame(1, 60, 70, Buffer.of(0, 0, 2, 0x61, 0xe9, 0))]),
      501,
    ],
    ['for a pause of deliveries', Buffer.concat([OPEN_CHANNEL, methodFrame(1, 20, 20, Buffer.of(0))]), 540],
    ['for a method on a channel that is not open', methodFrame(1, 60, 10, Buffer.alloc(7)), 504],
    ['for a channel that is open already', Buffer.concat([OPEN_CHANNEL, OPEN_CHANNEL]), 504],
    ['for a body that nothing asked for', Buffer.concat([OPEN_CHANNEL, frame(3, 1, Buffer.from('x'))]), 505],
    ['for a content header that nothing asked for', Buffer.concat([OPEN_CHANNEL, contentHeader(1)]), 505],
    ['for a method in the midst of a message', Buffer.concat([OPEN_CHANNEL, publishTo('q'), publishTo('q')]), 505],
  ])('%s', async (_caption, bytes, code) => {
    const socket = await opened();
    socket.send(bytes);
    expect(await socket.closedWith()).toBe(code);
  });

  it('for a frame larger than was agreed upon: 501', async () => {
    const socket = await opened({ frameMax: 4_096 });
    socket.send(Buffer.concat([OPEN_CHANNEL, publishTo('q'), contentHeader(10_000), frame(3, 1, Buffer.alloc(5_000))]));
    expect(await socket.closedWith()).toBe(501);
  });
});

it('a connection that ends in the midst of a message leaves nothing of it', async () => {
  const queue = await vhost.queue();
  const socket = await opened();
  socket.send(Buffer.concat([OPEN_CHANNEL, publishTo(queue), contentHeader(10), frame(3, 1, Buffer.from('half'))]));
  await socket.method(20, 11);
  socket.destroy();
  await eventually(async () => (await vhost.broker.connections()).length <= 1);
  expect(await vhost.broker.depth(queue)).toBe(0);
});
