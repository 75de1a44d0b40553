import { InvalidParameters } from '../../http/invalid-parameters';
import type { Order } from '../../log/log-query';
import type { PageQuery } from '../../storage/read-logs';
import type { Position } from '../../storage/read-position';
import { type GivenFilter, readFilter } from './filter-parameters';
import { decodeCursor, encodeCursor, filterHash, type PageCursor } from './page-cursor';
import { parseTimeParameter, readRange } from './time-parameter';

export const DEFAULT_LIMIT = 100;
export const MAX_LIMIT = 5_000;

/** The parameters of a page as they were given. */
export interface GivenPage extends GivenFilter {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly order?: Order | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

export interface ReadPageParameters {
  readonly query: PageQuery;
  /** The cursor that goes on from a position. */
  readonly cursorAt: (position: Position) => string;
}

/** What page is asked for. Throws {@link InvalidParameters}. */
export function readPageParameters(given: GivenPage, now: number): ReadPageParameters {
  const filter = readFilter(given);
  const order = given.order ?? 'desc';
  const pinned = pinnedBy(given, filterHash(filter, order), now);
  const limit = given.limit ?? DEFAULT_LIMIT;
  return {
    query: { filter, order, limit, range: pinned.range, position: pinned.position },
    cursorAt: (position) => encodeCursor({ ...pinned, position }),
  };
}

type Pinned = Omit<PageCursor, 'position'> & { readonly position: Position | null };

/** What the first page pins, and what later pages find pinned in their cursor. */
function pinnedBy(given: GivenPage, filters: string, now: number): Pinned {
  const { from: fromText = '', to: toText = '', cursor } = given;
  if (cursor === undefined) {
    return { range: readRange(given, now), fromText, toText, filterHash: filters, position: null };
  }
  const pinned = decodeCursor(cursor);
  if (pinned === null) return refuseCursor(cursor, 'the nextCursor of an answer, as it stands there');
  if (pinned.filterHash !== filters) {
    return refuseCursor(cursor, 'the nextCursor of a search with the same filters and order');
  }
  const hasSameRange =
    isSameTime(given.from, pinned.fromText, pinned.range.from, now) &&
    isSameTime(given.to, pinned.toText, pinned.range.to, now);
  if (!hasSameRange) return refuseCursor(cursor, 'the nextCursor of a search with the same from and to');
  return pinned;
}

/** A later page may leave `from` and `to` out, repeat their text, or give what the first answer said they are. */
function isSameTime(given: string | undefined, firstText: string, pinned: number | null, now: number): boolean {
  return given === undefined || given === firstText || parseTimeParameter(given, now) === pinned;
}

function refuseCursor(cursor: string, allowed: string): never {
  throw new InvalidParameters([{ parameter: 'cursor', given: cursor, allowed }]);
}
