import { Cursor, Limit } from './search-query';

export const DEFAULT_RECEIPTS = 20;
const MAX_RECEIPTS = 100;

/** What `GET /api/v1/retention/receipts` takes. */
export class ReceiptsQuery {
  @Limit('Receipts a page at most.', MAX_RECEIPTS, DEFAULT_RECEIPTS)
  limit?: number;

  @Cursor('The `nextCursor` of the page before.', '1MDE5YWIzYzQtZDVlNi03ZjgwLTkxYTItYjNjNGQ1ZTZmNzA4')
  cursor?: string;
}
