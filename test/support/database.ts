import { mongo } from 'mongoose';
import { expectNoneOpen, mustBeReleased, testFailed } from './leaks';
import { mongodbOfTarget } from './target';
import { uniqueName } from './unique-name';

const WATCHER = 'test-support';

/** A database of the test's own on the MongoDB of the target, and a client to look into it. */
export class TestDatabase {
  /** What `MONGODB_URI` should be, so that a program uses this database. Its clients are known by their appName. */
  readonly uri: string;
  private readonly released: () => void;

  private constructor(
    uri: string,
    readonly name: string,
    private readonly client: mongo.MongoClient,
  ) {
    const own = new URL(uri);
    own.pathname = `/${name}`;
    own.searchParams.set('appName', name);
    this.uri = own.href;
    this.released = mustBeReleased(`database ${name}`, () => this.drop());
  }

  /**
   * Names the database, which MongoDB makes at its first write; `close()` must follow.
   *
   * @param given of another server than the target's.
   */
  static async create(given?: string): Promise<TestDatabase> {
    const uri = given ?? (await mongodbOfTarget());
    return new TestDatabase(uri, uniqueName(), await mongo.MongoClient.connect(uri, { appName: WATCHER }));
  }

  /** The database, through this helper's own client. */
  get db(): mongo.Db {
    return this.client.db(this.name);
  }

  /** The connections whose client used `uri`, by their remote port. */
  async connections(): Promise<string[]> {
    const open = this.client
      .db('admin')
      .aggregate<{ client: string }>([
        { $currentOp: { allUsers: true, idleConnections: true, idleSessions: false } },
        { $match: { appName: this.name } },
      ]);
    return (await open.toArray()).map(({ client }) => client);
  }

  /**
   * Drops the database, unless a test of the file failed or KEEP_DATABASES is set.
   *
   * @throws Error if a client is still connected: whoever opened one closes it.
   */
  async close(): Promise<void> {
    try {
      await expectNoneOpen(`MongoDB connections to ${this.name}`, () => this.connections());
    } finally {
      await this.drop();
    }
  }

  private async drop(): Promise<void> {
    this.released();
    try {
      if (testFailed() || process.env.KEEP_DATABASES) process.stderr.write(`kept for inspection: ${this.uri}\n`);
      else {
        await this.endAbandonedTransactions();
        await this.db.dropDatabase();
      }
    } finally {
      await this.client.close();
    }
  }

  /** Those of clients killed in the middle of one: MongoDB keeps them open for a minute, and no database is dropped meanwhile. */
  private async endAbandonedTransactions(): Promise<void> {
    const admin = this.client.db('admin');
    const abandoned = await admin
      .aggregate<{ lsid: mongo.Document }>([
        { $currentOp: { allUsers: true, idleSessions: true } },
        { $match: { appName: this.name, type: 'idleSession' } },
      ])
      .toArray();
    if (abandoned.length === 0) return;
    await admin.command({ killAllSessionsByPattern: abandoned.map(({ lsid }) => ({ lsid })) });
  }
}
