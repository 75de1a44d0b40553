import { Cursor, Limit } from './search-query';

export const DEFAULT_LETTERS = 100;
const MAX_LETTERS = 1_000;

/** What `GET /api/v1/dead-letters` takes. */
export class DeadLettersQuery {
  @Limit('Dead letters a page at most; a page also ends at 16 MiB.', MAX_LETTERS, DEFAULT_LETTERS)
  limit?: number;

  @Cursor(
    'The `nextCursor` of the page before.',
    '1MTc5NTQyODAwMDAwMCAwMTlhYjNjNC1kNWU2LTdmODAtOTFhMi1iM2M0ZDVlNmY3MDg6LTE',
  )
  cursor?: string;
}
