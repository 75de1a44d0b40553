import fc from 'fast-check';
import { mongo } from 'mongoose';
import { TestDatabase } from '../../support/database';

/*
 * The word filter of a chunk is a Binary of `wordBits` bits, a power of two: position p is byte p >> 3, bit p & 7, the
 * lowest first. A search has the server leave out the chunks whose filter lacks one of a word's bits.
 */

interface Filtered {
  readonly _id: number;
  readonly wordBits?: number;
  readonly words?: unknown;
}

let database: TestDatabase;
let chunks: mongo.Collection<Filtered>;
beforeAll(async () => {
  database = await TestDatabase.create();
  chunks = database.db.collection<Filtered>('chunks');
});
beforeEach(async () => {
  await chunks.deleteMany({});
});
afterAll(async () => database.close());

function bits(size: number, positions: readonly number[]): mongo.Binary {
  const bytes = Buffer.alloc(size / 8);
  for (const position of positions) bytes[position >> 3] = (bytes[position >> 3] ?? 0) | (1 << (position & 7));
  return new mongo.Binary(bytes);
}

const matching = async (filter: mongo.Filter<Filtered>): Promise<number[]> =>
  (await chunks.find(filter).sort({ _id: 1 }).toArray()).map(({ _id }) => _id);

it('counts positions from the lowest bit of the first byte, as far as the bytes go', async () => {
  const positions = [0, 7, 8, 31, 32, 33, 63, 64, 1_000, 65_535];
  await chunks.insertMany(positions.map((position, _id) => ({ _id, words: bits(65_536, [position]) })));
  for (const [i, position] of positions.entries()) {
    expect(await matching({ words: { $bitsAllSet: [position] } })).toEqual([i]);
  }
  expect(await matching({ words: { $bitsAllSet: [0, 7] } })).toEqual([]);
  expect(await matching({ words: { $bitsAllSet: [] } })).toEqual(positions.map((_, i) => i));
});

it('takes what lies beyond the bytes for zero', async () => {
  await chunks.insertMany([
    { _id: 1, words: bits(8, [0, 1, 2, 3, 4, 5, 6, 7]) },
    { _id: 2, words: bits(16, [8]) },
  ]);
  expect(await matching({ words: { $bitsAllSet: [8] } })).toEqual([2]);
  expect(await matching({ words: { $bitsAllSet: [100_000] } })).toEqual([]);
});

it('takes a mask of bytes as well', async () => {
  await chunks.insertMany([
    { _id: 1, words: bits(64, [1, 40, 63]) },
    { _id: 2, words: bits(64, [1, 63]) },
  ]);
  expect(await matching({ words: { $bitsAllSet: bits(64, [40, 1]) } })).toEqual([1]);
  expect(await matching({ words: { $bitsAllSet: bits(8, [1]) } })).toEqual([1, 2]);
});

it('matches neither what is absent nor what has no bits', async () => {
  await chunks.insertMany([
    { _id: 1 },
    { _id: 2, words: 'text' },
    { _id: 3, words: null },
    { _id: 4, words: bits(8, [1]) },
  ]);
  expect(await matching({ words: { $bitsAllSet: [1] } })).toEqual([4]);
  expect(await matching({ words: { $bitsAllSet: [] } })).toEqual([4]);
});

it('looks at each size of filter by an arm of its own, and keeps what has none', async () => {
  await chunks.insertMany([
    { _id: 1, wordBits: 1_024, words: bits(1_024, [5, 900]) },
    { _id: 2, wordBits: 1_024, words: bits(1_024, [5]) },
    { _id: 3, wordBits: 65_536, words: bits(65_536, [5, 60_000]) },
    { _id: 4, wordBits: 65_536, words: bits(65_536, [5, 900]) },
    { _id: 5 },
  ]);
  const arm = (wordBits: number, positions: number[]) => ({ wordBits, words: { $bitsAllSet: positions } });
  const filter = { $or: [{ wordBits: { $exists: false } }, arm(1_024, [5, 900]), arm(65_536, [5, 60_000])] };
  expect(await matching(filter)).toEqual([1, 3, 5]);
  expect(await matching({ _id: { $in: [1, 2, 3] }, ...filter })).toEqual([1, 3]);
});

it.each<[string, unknown]>([
  ['a negative position', [-1]],
  ['a position of text', ['1']],
  ['a fraction', [1.5]],
  ['a text', 'abc'],
])('refuses %s', async (_caption, mask) => {
  const filter = { words: { $bitsAllSet: mask } } as mongo.Filter<Filtered>;
  await expect(matching(filter)).rejects.toMatchObject({ code: expect.any(Number) as number });
});

it('agrees with the bits, whatever they are', async () => {
  const size = 512;
  const position = fc.nat(size - 1);
  const filters = fc.sample(fc.uniqueArray(position, { minLength: 1, maxLength: 400 }), { seed: 1, numRuns: 200 });
  const asked = fc.sample(fc.array(position, { minLength: 1, maxLength: 4 }), { seed: 2, numRuns: 50 });
  await chunks.insertMany(filters.map((positions, _id) => ({ _id, words: bits(size, positions) })));
  for (const positions of asked) {
    const expected = filters.flatMap((set, i) => (positions.every((one) => set.includes(one)) ? [i] : []));
    expect(await matching({ words: { $bitsAllSet: positions } })).toEqual(expected);
  }
});
