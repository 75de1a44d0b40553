import { hash } from 'node:crypto';
import type { Reject } from '../../src/log/reject';
import type { WireMessage } from '../../src/log/wire-message';
import { newId } from '../../src/storage/chunk-id';
import { deadLetterOf, MAX_DEAD_BODY_BYTES } from '../../src/storage/dead-letter';
import { DeadLetterCursorInvalid, DeadLetters } from '../../src/storage/dead-letters';
import { TestDatabase } from '../support/database';
import { openStorage, type Storage } from '../support/storage';

/** What lies further back may expire in the midst of a test. Microseconds, of whole milliseconds. */
const NOW = Date.now() * 1_000;
const UUID = '019ab3c4-d5e6-7f80-91a2-b3c4d5e6f708';

let database: TestDatabase;
let storage: Storage;
let deadLetters: DeadLetters;

beforeEach(async () => {
  database = await TestDatabase.create();
  storage = await openStorage(database.uri);
  deadLetters = storage.get(DeadLetters);
});
afterEach(async () => {
  await storage.close();
  await database.close();
});

const message = (given: Partial<WireMessage> = {}): WireMessage => ({
  body: Buffer.from('whole'),
  routingKey: 'shop.info',
  headers: {},
  messageId: UUID,
  ...given,
});
const reject = (given: Partial<Reject> = {}): Reject => ({
  index: 3,
  reason: 'malformed',
  message: 'no JSON',
  bytes: Buffer.from('part'),
  ...given,
});
const letter = (from: Partial<Reject> = {}, of: Partial<WireMessage> = {}, at = NOW) =>
  deadLetterOf(reject(from), message(of), at, newId);
const all = () => deadLetters.list({ limit: 100, cursor: null });

it('keeps what was rejected, why, and where it came from', async () => {
  const headers = { 'x.y': [1, { $z: Buffer.from('é') }], ['__proto__']: 'p' };
  await deadLetters.add([letter({}, { headers })]);
  const { deadLetters: found, nextCursor } = await all();
  expect(nextCursor).toBeNull();
  expect(found).toEqual([
    {
      id: `${UUID}:3`,
      at: NOW,
      reason: 'malformed',
      message: 'no JSON',
      routingKey: 'shop.info',
      headers: JSON.parse('{"x.y": [1, {"$z": "é"}], "__proto__": "p"}'),
      body: Buffer.from('part'),
      bodyLength: 4,
      sha256: hash('sha256', 'part', 'hex'),
    },
  ]);
});

it('keeps the same reject once, however often it is added, and the rest of its batch', async () => {
  await deadLetters.add([letter()]);
  await deadLetters.add([letter(), letter({ index: -1 }), letter()]);
  const { deadLetters: found } = await all();
  expect(found.map(({ id }) => id).sort()).toEqual([`${UUID}:-1`, `${UUID}:3`]);
});

it.each([undefined, 'no uuid'])('gives a message with the id %p a fresh one', async (messageId) => {
  const once = letter({}, { messageId });
  await deadLetters.add([once, letter({}, { messageId })]);
  await deadLetters.add([once]);
  expect((await all()).deadLetters).toHaveLength(2);
});

it('keeps the first mebibyte, and says how long all of it was', async () => {
  const bytes = Buffer.alloc(MAX_DEAD_BODY_BYTES + 5, 'x');
  const headers = { big: 'h'.repeat(1_000_000) };
  await deadLetters.add([letter({ bytes, message: 'é'.repeat(100_000) }, { headers, routingKey: 'k'.repeat(5_000) })]);
  const [found] = (await all()).deadLetters;
  expect(found?.body).toHaveLength(MAX_DEAD_BODY_BYTES);
  expect(found).toMatchObject({ bodyLength: bytes.length, sha256: hash('sha256', bytes, 'hex') });
  expect(found).toMatchObject({ headers: { '(left out)': 1 }, message: 'é'.repeat(2_048) });
});

it('pages through them, newest first, also where times are equal', async () => {
  const at = (second: number) => NOW + second * 1_000_000;
  const times = [1, 1, 1, 2, 3, 3, 3, 3, 4];
  await deadLetters.add(times.map((time, index) => letter({ index }, {}, at(time))));
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await deadLetters.list({ limit: 2, cursor });
    seen.push(...page.deadLetters.map(({ at: time, id }) => `${(time - NOW) / 1_000_000} ${id.slice(37)}`));
    cursor = page.nextCursor;
    await deadLetters.add([letter({ index: 100 + seen.length }, {}, at(9))]); // newer than the first page: on none
  } while (cursor !== null);
  expect(seen).toEqual(['4 8', '3 7', '3 6', '3 5', '3 4', '2 3', '1 2', '1 1', '1 0']);
});

it('ends a page at 16 MiB', async () => {
  const bytes = Buffer.alloc(MAX_DEAD_BODY_BYTES, 'x');
  await deadLetters.add(Array.from({ length: 20 }, (_, index) => letter({ index, bytes })));
  const first = await deadLetters.list({ limit: 100, cursor: null });
  const second = await deadLetters.list({ limit: 100, cursor: first.nextCursor });
  expect([first.deadLetters.length, second.deadLetters.length, second.nextCursor]).toEqual([17, 3, null]);
});

it.each(['', '1', '1abc', '2MTIz', 'x'.repeat(500)])('refuses the cursor %p', async (cursor) => {
  await expect(deadLetters.list({ limit: 1, cursor })).rejects.toThrow(DeadLetterCursorInvalid);
});

it('reads pages from the index, in order', async () => {
  await deadLetters.add(Array.from({ length: 50 }, (_, index) => letter({ index }, {}, NOW + index * 1_000)));
  const date = new Date(NOW / 1_000 + 20);
  const page = { at: { $lte: date }, $or: [{ at: { $lt: date } }, { _id: { $lt: 'x' as never } }] };
  const find = database.db.collection('dead_letters').find(page).sort({ at: -1, _id: -1 }).limit(5);
  const plan = JSON.stringify((await find.explain('executionStats')).executionStats);
  expect(plan).toContain('"indexName":"at_-1__id_-1"');
  expect(plan).not.toContain('"stage":"SORT"');
  expect(plan).toContain('"totalDocsExamined":5');
});
