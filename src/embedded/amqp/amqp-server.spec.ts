import { connect as connectSocket, type Socket } from 'node:net';
import { connect, type ChannelModel, type ConfirmChannel } from 'amqplib';
import { eventually } from '../../../test/support/eventually';
import { AmqpSocket, methodFrame, shortText, uint16, uint32 } from '../../../test/support/amqp-socket';
import type { AmqpNotice } from './amqp-notice';
import { AmqpServer } from './amqp-server';

/** What only the server's owner sees; what its clients see is in test/integration/conformance. */
let server: AmqpServer;
let notices: AmqpNotice[];
const connections: ChannelModel[] = [];
const sockets: Socket[] = [];

async function start(maxQueueBytes = 1e9): Promise<void> {
  notices = [];
  server = await AmqpServer.start({ maxQueueBytes, notify: (notice) => notices.push(notice) });
}

async function channel(vhost?: string): Promise<ConfirmChannel> {
  const connection = await connect(server.urlOf(vhost));
  connection.on('error', () => undefined); // tests that break a connection look at what follows
  connections.push(connection);
  return connection.createConfirmChannel();
}

function socket(): Socket {
  const opened = connectSocket(server.port, '127.0.0.1');
  opened.on('error', () => undefined); // reset by a server that ends
  sockets.push(opened);
  return opened;
}

beforeEach(() => start());
afterEach(async () => {
  await server.close();
  for (const opened of sockets.splice(0)) opened.destroy();
  connections.splice(0);
});

const confirmed = (on: ConfirmChannel, queue: string, body: Buffer): Promise<boolean> =>
  new Promise((resolve) => {
    on.sendToQueue(queue, body, {}, (error: unknown) => resolve(!error));
  });

describe('the memory of all queues', () => {
  const QUORUM = { durable: true, arguments: { 'x-queue-type': 'quorum' } };

  beforeEach(async () => {
    await server.close();
    await start(10_000);
  });

  it('is bounded: a quorum queue refuses what is too much, and takes messages again when there is room', async () => {
    const on = await channel();
    await on.assertQueue('q', QUORUM);
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await confirmed(on, 'q', Buffer.alloc(3_000)));
    expect(answers).toEqual([true, true, true, false, false]);
    expect(notices).toEqual([{ type: 'queues-full', maxQueueBytes: 10_000 }]);
    await on.purgeQueue('q');
    expect(await confirmed(on, 'q', Buffer.alloc(3_000))).toBe(true);
  });

  it('is bounded: a classic queue drops its oldest', async () => {
    const on = await channel();
    await on.assertQueue('q');
    for (let i = 0; i < 5; i++) expect(await confirmed(on, 'q', Buffer.alloc(3_000, i))).toBe(true);
    const first = await on.get('q', { noAck: true });
    expect(first && first.content[0]).toBe(2);
    expect(notices).toHaveLength(1);
  });
});

describe('a client that reads slowly', () => {
  it('holds nobody up, and gets everything in the end', async () => {
    const on = await channel();
    await on.assertQueue('q');
    const slow = await AmqpSocket.open(`${server.urlOf()}/%2F`);
    slow.send(methodFrame(1, 20, 10, shortText('')));
    await slow.method(20, 11);
    slow.pause();
    const noAck = Buffer.of(0b10);
    slow.send(methodFrame(1, 60, 20, Buffer.concat([uint16(0), shortText('q'), shortText('t'), noAck, uint32(0)])));
    await eventually(async () => (await on.checkQueue('q')).consumerCount === 1);
    for (let i = 0; i < 300; i++) on.sendToQueue('q', Buffer.alloc(50_000));
    await on.waitForConfirms();
    // What does not fit into the buffers of both sides stays in the queue.
    expect((await on.checkQueue('q')).messageCount).toBeGreaterThan(50);
    slow.resume();
    await eventually(() => slow.received.length > 300 * 50_000, { timeoutMs: 30_000 }); // 15 MB, on a busy machine
    expect((await on.checkQueue('q')).messageCount).toBe(0);
    slow.destroy();
  });
});

describe('a client that breaks the protocol', () => {
  it('is told to its owner', async () => {
    const broken = socket();
    broken.write(Buffer.from('AMQP\0\0\x09\x01', 'latin1'));
    broken.write(Buffer.alloc(100));
    await eventually(() => notices.length === 1);
    expect(notices[0]).toMatchObject({ type: 'connection-error', peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) });
  });
});

describe('close()', () => {
  it('ends connections in whatever state, whether or not they answer', async () => {
    await channel();
    const states = ['', 'AMQ', 'AMQP\0\0\x09\x01', 'GET / HTTP/1.1\r\n\r\n'].map((bytes) => {
      const opened = socket();
      opened.write(Buffer.from(bytes, 'latin1'));
      opened.pause();
      return opened;
    });
    await Promise.all(states.map((opened) => eventually(() => !opened.connecting)));
    await server.close();
    await expect(connect(server.urlOf())).rejects.toThrow();
  });

  it('may be called twice', async () => {
    const first = server.close();
    await Promise.all([first, server.close()]);
  });
});

describe('vhosts', () => {
  it('know nothing of each other', async () => {
    server.addVhost('other/one');
    const [here, there] = [await channel(), await channel('other/one')];
    await here.assertQueue('q');
    there.on('error', () => undefined); // the check closes its channel
    await expect(there.checkQueue('q')).rejects.toThrow('NOT_FOUND');
    expect(server.connections('/')).toHaveLength(1);
    expect(server.connections('other/one')).toHaveLength(1);
  });

  it('take their connections and messages with them when they are deleted', async () => {
    server.addVhost('v');
    const on = await channel('v');
    await on.assertQueue('q');
    server.deleteVhost('v');
    await eventually(() => server.connections('v').length === 0);
    server.addVhost('v');
    const again = await channel('v');
    again.on('error', () => undefined); // the check closes its channel
    await expect(again.checkQueue('q')).rejects.toThrow('NOT_FOUND');
  });
});
