import { mongo } from 'mongoose';
import { TestDatabase } from './database';

export interface Thing extends mongo.BSON.Document {
  readonly _id: number | string;
}

export const TRANSACTION_OPTIONS = {
  readConcern: { level: 'snapshot' },
  writeConcern: { w: 'majority', j: true },
} as const;

/** What each test of transactions has: three things in a collection where `parts` are unique, and a client of its own. */
export class Transactions {
  private readonly sessions: mongo.ClientSession[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly client: mongo.MongoClient,
    readonly things: mongo.Collection<Thing>,
  ) {}

  /** `close()` must follow. */
  static async create(): Promise<Transactions> {
    const database = await TestDatabase.create();
    const client = await mongo.MongoClient.connect(database.uri);
    const things = client.db().collection<Thing>('things');
    await things.createIndex({ parts: 1 }, { unique: true, sparse: true });
    await things.insertMany([1, 2, 3].map((_id) => ({ _id, n: 0 })));
    return new Transactions(database, client, things);
  }

  /** A session with a transaction that has begun. */
  begin(): mongo.ClientSession {
    const session = this.client.startSession();
    this.sessions.push(session);
    session.startTransaction(TRANSACTION_OPTIONS);
    return session;
  }

  async close(): Promise<void> {
    await Promise.all(this.sessions.map((session) => session.endSession()));
    await this.client.close();
    await this.database.close();
  }
}

/** A part id that differs from others in its last byte. */
export function part(last: number): mongo.Binary {
  return new mongo.Binary(Buffer.concat([Buffer.alloc(19, 0xab), Buffer.of(last)]));
}

export function isTransient(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.hasErrorLabel('TransientTransactionError');
}

/** What an operation of a transaction fails with when another was quicker: the whole transaction is to be tried again. */
export async function expectConflict(operation: Promise<unknown>): Promise<void> {
  const error: unknown = await operation.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 112, codeName: 'WriteConflict' });
  expect(isTransient(error)).toBe(true);
}
