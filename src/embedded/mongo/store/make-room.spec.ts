import type { MongoNotice } from '../notice';
import type { Collection } from './collection';
import { makeRoom } from './make-room';
import { Store } from './store';
import { OVERHEAD_BYTES, StoredDocument } from './stored-document';

const BOUND = { maxBytes: 360_000, evict: { collection: 'chunks', by: 'to' } };
let store: Store;
let notices: MongoNotice[];
beforeEach(() => {
  store = new Store(() => new Date());
  notices = [];
});
const make = (incoming = 0): void => makeRoom(store, incoming, BOUND, (notice) => notices.push(notice));

/** Documents of some 1,000 bytes each, which with their overhead are some 3,600. */
function fill(collection: Collection, times: readonly number[]): void {
  const transaction = store.begin();
  for (const to of times)
    transaction.insert(collection, StoredDocument.fromDocument({ _id: to, to, text: 'x'.repeat(960) }));
  transaction.commit();
}

it('removes the oldest, some more than it must, and tells of them', () => {
  const chunks = store.create('d', 'chunks');
  fill(
    chunks,
    Array.from({ length: 110 }, (_, i) => 109 - i),
  );
  make();
  const left = Array.from(chunks.live.values(), ({ document }) => Number(document['to']));
  expect(store.memoryBytes).toBeLessThanOrEqual(0.95 * BOUND.maxBytes);
  expect(Math.min(...left)).toBe(110 - left.length);
  const count = 110 - left.length;
  expect(notices).toMatchObject([{ type: 'evicted', namespace: 'd.chunks', count, from: 0, to: count - 1 }]);
  make();
  expect(notices).toHaveLength(1);
});

it('leaves alone what is of another collection, and refuses more where that is too much', () => {
  const others = store.create('d', 'others');
  fill(store.create('d', 'chunks'), [1, 2, 3]);
  fill(
    others,
    Array.from({ length: 110 }, (_, i) => i),
  );
  expect(() => make()).toThrow(expect.objectContaining({ code: 14_031 }) as Error);
  expect(others.live.size).toBe(110);
});

it('makes room for what is to come, but not for what could never lie in it', () => {
  const chunks = store.create('d', 'chunks');
  fill(chunks, [1, 2, 3]);
  expect(() => make(BOUND.maxBytes + 1)).toThrow(expect.objectContaining({ code: 14_031 }) as Error);
  expect(chunks.live.size).toBe(3);
  make(BOUND.maxBytes - 1);
  expect(chunks.live.size).toBe(0);
});

it('counts what small documents take in memory, which is a multiple of their bytes', () => {
  const chunks = store.create('d', 'chunks');
  const count = 2_000;
  const transaction = store.begin();
  for (let to = 0; to < count; to++) transaction.insert(chunks, StoredDocument.fromDocument({ _id: to, to }));
  transaction.commit();
  expect(chunks.bytes).toBeLessThan(BOUND.maxBytes / 4);
  make();
  expect(chunks.live.size).toBeLessThan(BOUND.maxBytes / OVERHEAD_BYTES);
  expect(notices).toHaveLength(1);
});
