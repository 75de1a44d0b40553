import { Injectable } from '@nestjs/common';
import { type Chunk, CHUNKS } from './chunk';
import { insertDurably } from './durable-insert';
import type { InsertOutcome } from './insert-reply';
import { StoreDatabase } from './store-database';

/** What became of a chunk. `duplicate`: its part was stored before, by this or another collector. */
export type AppendOutcome = InsertOutcome;

/** Where collectors put chunks. */
@Injectable()
export class LogStore {
  constructor(private readonly database: StoreDatabase) {}

  /**
   * Adds chunks of level 0, each on its own: one that is refused does not touch the others. Resolves, with one outcome a
   * chunk in their order, only once every record of every chunk that is not refused is on the disks of a majority.
   *
   * Idempotent: a part that is in the store, or comes twice in one call, is stored once. A chunk without a part is known
   * by its `_id`, so whoever tries again should pass the same chunks, not newly encoded ones.
   *
   * Rejects with {@link StoreUnavailable} when that cannot be said of every chunk; then nothing may be acknowledged,
   * and some of it may be stored nevertheless. An outage shows within some 10 s. Nothing to add: resolves at once.
   */
  async append(chunks: readonly Chunk[]): Promise<AppendOutcome[]> {
    return insertDurably(this.database.db, CHUNKS, chunks);
  }
}
