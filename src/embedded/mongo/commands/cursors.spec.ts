import { Long } from 'bson';
import { decode, encode } from '../bson';
import { RawDocument } from '../wire/answer';
import { Cursor, Cursors } from './cursors';

const MIB = 1024 * 1024;
let now: number;
let cursors: Cursors;
beforeEach(() => {
  now = 1_000_000;
  cursors = new Cursors(() => now);
});

/** A cursor over documents of so many bytes each. */
function over(sizes: readonly number[]): Cursor {
  return Cursor.of('d.c', sizes, (size) => encode({ x: Buffer.alloc(size) }));
}

function read(answer: Readonly<Record<string, unknown>>): { id: Long; count: number } {
  const { cursor } = answer;
  if (!(cursor instanceof RawDocument)) throw new Error('no cursor');
  const { id, firstBatch, nextBatch } = decode(cursor.bytes);
  const batch = firstBatch ?? nextBatch;
  return { id: id as Long, count: Array.isArray(batch) ? batch.length : -1 };
}

it('sends 16 MiB at most, but one document at least', () => {
  let { id, count } = read(
    cursors.start(over([6, 6, 6, 16.5, 1, 1].map((mib) => mib * MIB)), null, { batchSize: null }),
  );
  const counts = [count];
  while (!id.isZero()) {
    ({ id, count } = read(cursors.more(id, 'd.c', 0)));
    counts.push(count);
  }
  expect(counts).toEqual([2, 1, 1, 2]);
});

it('sends 101 documents first, then as many as there are, unless it is told how many', () => {
  const many = Array.from({ length: 500 }, () => 10);
  const first = read(cursors.start(over(many), null, { batchSize: null }));
  expect(first.count).toBe(101);
  expect(read(cursors.more(first.id, 'd.c', 7)).count).toBe(7);
  expect(read(cursors.more(first.id, 'd.c', 0))).toEqual({ id: Long.ZERO, count: 392 });
  expect(read(cursors.start(over(many), null, { batchSize: 5, single: true }))).toEqual({ id: Long.ZERO, count: 5 });
});

it('is closed by its session, by name, or when nobody asks it for ten minutes', () => {
  const [ofSession, named, idle] = ['s', null, null].map(
    (session) => read(cursors.start(over([1, 1]), session, { batchSize: 0 })).id,
  );
  cursors.killOf('s');
  expect(named === undefined ? null : cursors.kill(named)).toBe(true);
  expect(cursors.all()).toEqual([{ id: idle, namespace: 'd.c' }]);
  now += 10 * 60_000 + 1;
  cursors.sweep();
  expect(cursors.all()).toEqual([]);
  expect(() => cursors.more(ofSession ?? Long.ZERO, 'd.c', 0)).toThrow('not found');
});
