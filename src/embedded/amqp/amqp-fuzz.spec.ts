import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import fc from 'fast-check';
import { connect } from 'amqplib';
import { frame, methodFrame, shortText } from '../../../test/support/amqp-socket';
import { AmqpServer } from './amqp-server';
import { field, writeTable } from './wire/field-table';

/**
 * Bytes that no client sends: at random, and sessions of a real client with bytes changed, cut out or put in. Whatever
 * comes, nothing is thrown, no connection stays behind, and a good client works. The same bytes at every run.
 */
const CONNECTIONS = 1_500;
const AT_ONCE = 50;

const HEADER = Buffer.from('AMQP\0\0\x09\x01', 'latin1');
const method = (channel: number, classId: number, methodId: number, ...args: Buffer[]): Buffer =>
  methodFrame(channel, classId, methodId, Buffer.concat(args));

const TABLE = writeTable(
  new Map([
    ['x-max-length', field.int64(3)],
    ['x-message-ttl', field.int64(1)],
    ['x-dead-letter-exchange', field.text('')],
    ['x-dead-letter-routing-key', field.text('q')],
    ['x-death', field.array([field.table(new Map([['queue', field.text('q')]]))])],
  ]),
);
const NO_TABLE = Buffer.alloc(4);
/** A body of three bytes; headers, delivery mode and expiration follow. */
const CONTENT = Buffer.from([0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0x31, 0x00]);
/** A session that asks for a bit of everything, as frames. */
const SESSION: readonly Buffer[] = [
  HEADER,
  method(0, 10, 11, TABLE, shortText('PLAIN'), Buffer.from([0, 0, 0, 4, 0, 103, 0, 103]), shortText('en_US')),
  method(0, 10, 31, Buffer.from([0, 0, 0, 0, 0, 0, 0, 1])),
  method(0, 10, 40, shortText('/'), shortText(''), Buffer.from([0])),
  method(1, 20, 10, shortText('')),
  method(1, 85, 10, Buffer.from([0])),
  method(1, 40, 10, Buffer.from([0, 0]), shortText('x'), shortText('topic'), Buffer.from([0]), NO_TABLE),
  method(1, 50, 10, Buffer.from([0, 0]), shortText('q'), Buffer.from([0]), TABLE),
  method(1, 50, 20, Buffer.from([0, 0]), shortText('q'), shortText('x'), shortText('a.#'), Buffer.from([0]), NO_TABLE),
  method(1, 60, 10, Buffer.from([0, 0, 0, 0, 0, 5, 0])),
  method(1, 60, 20, Buffer.from([0, 0]), shortText('q'), shortText('tag'), Buffer.from([0]), NO_TABLE),
  method(1, 60, 40, Buffer.from([0, 0]), shortText('x'), shortText('a.b'), Buffer.from([1])),
  frame(2, 1, Buffer.concat([CONTENT, TABLE, Buffer.from([2]), shortText('5')])),
  frame(3, 1, Buffer.from('abc')),
  method(1, 60, 120, Buffer.from([0, 0, 0, 0, 0, 0, 0, 1, 0b10])),
  method(1, 60, 70, Buffer.from([0, 0]), shortText('q'), Buffer.from([0])),
  method(1, 60, 110, Buffer.from([1])),
  method(
    1,
    60,
    20,
    Buffer.from([0, 0]),
    shortText('amq.rabbitmq.reply-to'),
    shortText('r'),
    Buffer.from([0b10]),
    NO_TABLE,
  ),
  method(1, 60, 40, Buffer.from([0, 0]), shortText(''), shortText('q'), Buffer.from([0])),
  frame(2, 1, Buffer.from([0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
  method(1, 60, 30, shortText('tag'), Buffer.from([0])),
  method(1, 60, 90, Buffer.from([0, 0, 0, 0, 0, 0, 0, 2, 1])),
  method(1, 60, 80, Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 1])),
  method(1, 50, 10, Buffer.from([0, 0]), shortText(''), Buffer.from([0b100]), NO_TABLE),
  method(1, 50, 20, Buffer.from([0, 0]), shortText(''), shortText('x'), shortText('#.#'), Buffer.from([0]), TABLE),
  method(1, 50, 50, Buffer.from([0, 0]), shortText('q'), shortText('x'), shortText('a.#'), NO_TABLE),
  method(
    1,
    40,
    30,
    Buffer.from([0, 0]),
    shortText('amq.fanout'),
    shortText('x'),
    shortText('#'),
    Buffer.from([0]),
    NO_TABLE,
  ),
  method(1, 40, 20, Buffer.from([0, 0]), shortText('x'), Buffer.from([0])),
  method(1, 50, 30, Buffer.from([0, 0]), shortText('q'), Buffer.from([0])),
  method(1, 50, 40, Buffer.from([0, 0]), shortText('q'), Buffer.from([0])),
  method(1, 20, 40, Buffer.from([0, 200]), shortText(''), Buffer.alloc(4)),
];

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((list) => Buffer.from(list));
/** Frames left out, doubled or put elsewhere, then bytes overwritten. */
const mutated = fc
  .tuple(
    fc.nat(3).chain((kept) => fc.array(fc.nat(SESSION.length - 1), { maxLength: 12 }).map((more) => ({ kept, more }))),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
    fc.boolean(),
  )
  .map(([{ kept, more }, overwritten, whole]) => {
    const frames = whole ? SESSION : [...SESSION.slice(0, 5 + kept), ...more.flatMap((i) => SESSION[i] ?? [])];
    const session = Buffer.concat(frames);
    for (const [at, byte] of overwritten) session[8 + (at % (session.length - 8))] = byte;
    return session;
  });
const anything = fc.oneof(
  { weight: 1, arbitrary: bytes(200) },
  { weight: 1, arbitrary: bytes(200).map((rest) => Buffer.concat([HEADER, rest])) },
  { weight: 4, arbitrary: mutated },
);

/** Sends everything, half of the time in two pieces, and waits until the connection is over. */
async function send(port: number, data: Buffer): Promise<void> {
  const socket = connectSocket(port, '127.0.0.1');
  socket.on('error', () => undefined); // the server may reset it
  socket.resume();
  const closed = once(socket, 'close');
  socket.write(data.subarray(0, data.length >> 1));
  socket.end(data.subarray(data.length >> 1));
  await closed;
}

it(`${CONNECTIONS} connections of broken bytes break nothing`, async () => {
  const internalErrors: string[] = [];
  const server = await AmqpServer.start({
    maxQueueBytes: 1e6,
    notify: (notice) => {
      if (notice.type === 'connection-error' && notice.message.startsWith('INTERNAL'))
        internalErrors.push(notice.message);
    },
  });
  try {
    const samples = fc.sample(anything, { numRuns: CONNECTIONS, seed: 5 });
    for (let at = 0; at < samples.length; at += AT_ONCE) {
      await Promise.all(samples.slice(at, at + AT_ONCE).map((data) => send(server.port, data)));
    }
    expect(internalErrors).toEqual([]);
    expect(server.connections('/')).toEqual([]);
    const client = await connect(server.urlOf());
    const channel = await client.createConfirmChannel();
    const { queue } = await channel.assertQueue('', { exclusive: true });
    channel.sendToQueue(queue, Buffer.from('still here'));
    await channel.waitForConfirms();
    const message = await channel.get(queue, { noAck: true });
    expect(message && message.content.toString()).toBe('still here');
    await client.close();
  } finally {
    await server.close();
  }
});
