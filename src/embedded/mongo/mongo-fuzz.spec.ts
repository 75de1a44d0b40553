import { connect } from 'node:net';
import fc from 'fast-check';
import { encode } from './bson';
import { MongoServer } from './mongo-server';
import type { MongoNotice } from './notice';
import { encodeAnswer, encodeRaw, RawArray } from './wire/answer';

/** The seed is fixed: a failure can be looked at again. */
const SEED = 20_261_123;
const CONNECTIONS = 1_500;
const AT_ONCE = 50;

let server: MongoServer;
const notices: MongoNotice[] = [];
beforeAll(async () => {
  const evict = { collection: 'chunks', by: 'to' };
  server = await MongoServer.start({ maxBytes: 50_000_000, evict, notify: (notice) => notices.push(notice) });
});
afterAll(async () => server.close());

/** Commands as a driver sends them. An answer is a message like any other, so what writes those writes these. */
const COMMANDS = [
  { hello: 1, client: { application: { name: 'x' } } },
  { insert: 'c', documents: [{ _id: 1, a: [1, { b: 2 }] }, { _id: 2 }], ordered: false },
  { update: 'c', updates: [{ q: { _id: 1 }, u: { $set: { 'a.1.b': 3 }, $inc: { n: 1 } }, upsert: true }] },
  { update: 'c', updates: [{ q: { _id: 1 }, u: [{ $set: { n: { $add: ['$n', 1] } } }] }] },
  { find: 'c', filter: { $or: [{ a: { $gt: 1 } }, { _id: { $in: [1, 2] } }] }, sort: { a: -1 }, projection: { a: 1 } },
  { aggregate: 'c', pipeline: [{ $match: {} }, { $group: { _id: '$a', n: { $sum: 1 } } }], cursor: {} },
  { createIndexes: 'c', indexes: [{ key: { a: 1 }, name: 'a_1', unique: true }] },
  { delete: 'c', deletes: [{ q: { _id: 1 }, limit: 0 }] },
].map((command) => {
  const asked = {
    id: 0,
    form: 'message',
    body: encode({}),
    sequences: new Map(),
    wantsAnswer: true,
    database: null,
  } as const;
  return encodeAnswer(asked, 1, { ...command, $db: 'fuzz' });
});
const FIND = COMMANDS[4] ?? Buffer.alloc(0);

const randomBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const mutated = fc
  .tuple(fc.constantFrom(...COMMANDS), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }))
  .map(([message, changes]) => {
    const bytes = Buffer.from(message);
    for (const [at, value] of changes) bytes[at % bytes.length] = value;
    return bytes;
  });
/** The lengths outside are right, so that what is wrong is met within. */
const wrongWithin = mutated.map((bytes) => {
  bytes.writeInt32LE(bytes.length, 0);
  bytes.writeInt32LE(2013, 12);
  return bytes;
});
const cut = fc
  .tuple(fc.constantFrom(...COMMANDS), fc.nat())
  .map(([message, at]) => message.subarray(0, at % message.length));
const sent = fc.array(fc.oneof(randomBytes, mutated, wrongWithin, cut, fc.constantFrom(...COMMANDS)), { maxLength: 4 });

/** Sends the bytes on a connection of their own; resolves when it has ended. */
function send(bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined); // the server may end it at any time
    socket.on('close', () => resolve());
    socket.resume();
    socket.end(bytes);
  });
}

/** Whether the server still answers a client that speaks the protocol. */
function isAnswered(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(FIND));
    socket.on('error', () => resolve(false));
    socket.on('data', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

it('survives whatever is sent to it, and goes on answering', async () => {
  const all = fc.sample(sent, { numRuns: CONNECTIONS, seed: SEED });
  for (let start = 0; start < all.length; start += AT_ONCE) {
    await Promise.all(all.slice(start, start + AT_ONCE).map((pieces) => send(Buffer.concat(pieces))));
    expect(await isAnswered()).toBe(true);
  }
  expect(notices.filter(({ type }) => type === 'fault')).toEqual([]);
  expect(notices.some(({ type }) => type === 'connection refused')).toBe(true);
});

it('refuses documents that are nested too deep to be read', async () => {
  let deep = encode({ a: 1 });
  for (let i = 0; i < 3_000; i++) deep = encodeRaw({ a: new RawArray([deep]) }).bytes;
  const asked = {
    id: 0,
    form: 'message',
    body: deep,
    sequences: new Map(),
    wantsAnswer: true,
    database: null,
  } as const;
  const insert = { insert: 'c', documents: new RawArray([deep]), $db: 'fuzz' };
  await send(encodeAnswer(asked, 1, insert));
  const find = { find: 'c', filter: {}, sort: { a: 1 }, $db: 'fuzz' };
  await send(encodeAnswer(asked, 1, find));
  expect(await isAnswered()).toBe(true);
});
