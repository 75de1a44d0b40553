import { mongo } from 'mongoose';
import { aRecord, TEN_O_CLOCK } from '../../test/support/storage';
import { EVERYTHING, type Order } from '../log/log-query';
import { newId } from './chunk-id';
import { encodeChunk } from './encode-chunk';
import { ReadBudget } from './read-budget';
import type { ChunkFeed, ReadChunk } from './read-feed';
import { type Page, readPage } from './read-page';
import { type Position, windowOf } from './read-position';
import { RecordMatcher } from './read-text';

const budget = () => new ReadBudget(() => 0, 1_000_000, new AbortController().signal);
const RECORDS = ['a', 'b', 'c'].map((body) => aRecord({ timestamp: TEN_O_CLOCK, body }));

/** Gives one chunk; or nothing, as a store that needs longer than it was given. */
function feedOf(chunk: ReadChunk | null): ChunkFeed {
  const feed = {
    bound: TEN_O_CLOCK as number | null,
    pull: async () => {
      if (chunk === null) throw new mongo.MongoServerError({ message: 'operation exceeded time limit', code: 50 });
      feed.bound = null;
      return [chunk];
    },
    close: async () => undefined,
  };
  return feed;
}

function read(chunk: ReadChunk | null, order: Order, position: Position | null): Promise<Page> {
  const range = { from: TEN_O_CLOCK, to: TEN_O_CLOCK + 1 };
  return readPage({
    feed: feedOf(chunk),
    matcher: new RecordMatcher(EVERYTHING),
    budget: budget(),
    order,
    position,
    limit: 1,
    windowOf: (owner) => windowOf(owner, range, 0, order, position),
  });
}

it.each<Order>(['asc', 'desc'])('%s: a store that is too slow in between makes no record come twice', async (order) => {
  const chunk = encodeChunk({ id: null, records: RECORDS }, newId);
  const found: string[] = [];
  let position: Position | null = null;
  for (let pages = 0; pages < 2 * RECORDS.length; pages++) {
    const page: Page = await read(pages % 2 === 0 ? chunk : null, order, position);
    found.push(...page.records.map(({ body }) => body));
    position = page.next;
    if (position === null) break;
  }
  expect(found.sort()).toEqual(['a', 'b', 'c']);
});
