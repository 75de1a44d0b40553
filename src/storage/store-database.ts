import type { mongo } from 'mongoose';

/** How long {@link StoreDatabase.isReachable} waits for an answer, ms. */
const PING_TIMEOUT_MS = 1_500;

/**
 * The database, with all its collections and indexes in place: whoever is given this can use them. Native, without
 * Mongoose's buffering, so an operation fails within seconds while MongoDB is away.
 */
export class StoreDatabase {
  constructor(
    readonly client: mongo.MongoClient,
    readonly db: mongo.Db,
  ) {}

  /** Whether MongoDB answers now and takes writes. Never rejects, and takes no longer than some 2 s. */
  async isReachable(): Promise<boolean> {
    try {
      const hello = await this.db.command({ hello: 1 }, { signal: AbortSignal.timeout(PING_TIMEOUT_MS) });
      return hello['isWritablePrimary'] === true;
    } catch {
      return false; // not silent: this is the answer
    }
  }
}
