import type { mongo } from 'mongoose';
import { aRecord, TEN_O_CLOCK } from '../../test/support/storage';
import { EVERYTHING } from '../log/log-query';
import { HOUR_US } from '../log/timestamp';
import type { Chunk } from './chunk';
import { newId } from './chunk-id';
import { encodeChunk } from './encode-chunk';
import { ReadBudget } from './read-budget';
import { type FeedSource, MAX_FETCHED_BYTES } from './read-feed';
import { OldestFirst } from './read-oldest';

/** A store of these chunks, all of one hour, as far as the feed asks for something. */
function storeOf(chunks: readonly Chunk[]): FeedSource['chunks'] {
  const foundBy = (filter: { _id?: { $in: Chunk['_id'][] }; to?: { $gte: number } }): Chunk[] =>
    chunks.filter(({ _id, to }) => filter._id?.$in.includes(_id) ?? to >= (filter.to?.$gte ?? 0));
  const cursorOf = (found: Chunk[]): object => {
    const cursor = { sort: () => cursor, limit: () => cursor, project: () => cursor, toArray: async () => found };
    return cursor;
  };
  return { find: (filter: object) => cursorOf(foundBy(filter)) } as unknown as mongo.Collection<Chunk>;
}

it('fetches large chunks a few at a time, as all of them are in memory at once', async () => {
  const sizes = [0.4, 0.4, 0.4, 2, 0.4, 0.1, 0.1, 0.1];
  const chunks = sizes.map((size, i) => ({
    ...encodeChunk({ id: null, records: [aRecord({ timestamp: TEN_O_CLOCK + i })] }, newId),
    bytes: size * MAX_FETCHED_BYTES,
  }));
  const feed = new OldestFirst({
    chunks: storeOf(chunks),
    session: {} as mongo.ClientSession,
    budget: new ReadBudget(() => 0, 1_000_000, new AbortController().signal),
    filter: EVERYTHING,
    from: TEN_O_CLOCK,
    to: TEN_O_CLOCK + HOUR_US,
    batchSize: 3,
  });
  const pulls: number[] = [];
  while (feed.bound !== null) pulls.push((await feed.pull()).length);
  expect(pulls.filter((count) => count > 0)).toEqual([2, 1, 1, 3, 1]);
});
