import { setTimeout as sleep } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { StoreUnavailable } from './store-unavailable';

/** SnapshotTooOld, SnapshotUnavailable (also: a collection newer than the snapshot). Another snapshot will do. */
const OTHER_SNAPSHOT = new Set<unknown>([239, 246]);
const MAX_TRIES = 8;
const PAUSE_MS = 15;
/** MaxTimeMSExpired. */
const TIME_LIMIT = 50;

/**
 * Everything that `read` asks of the session it is given, it sees as of one moment, so that merging neither hides nor
 * doubles a record. The session's first read must be awaited alone: it sets the moment. Where the store cannot give a
 * snapshot any more, all of `read` is done again.
 */
export async function inSnapshot<T>(
  startSession: (options: mongo.ClientSessionOptions) => mongo.ClientSession | Promise<mongo.ClientSession>,
  read: (session: mongo.ClientSession) => Promise<T>,
  onRetry: () => void = () => undefined,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const session = await startSession({ snapshot: true });
    try {
      return await read(session);
    } catch (error) {
      if (tries === MAX_TRIES || !needsOtherSnapshot(error)) throw error;
    } finally {
      await session.endSession();
    }
    onRetry();
    await sleep(tries * PAUSE_MS);
  }
}

/**
 * Closes a cursor of a snapshot session. The driver's own way sends the session's read concern along, which MongoDB
 * refuses for killCursors, and says nothing: the cursor would stay open on the server for ten minutes.
 */
export async function closeCursor(
  collection: { readonly db: Pick<mongo.Db, 'command'>; readonly collectionName: string },
  cursor: Pick<mongo.FindCursor, 'id' | 'close'>,
): Promise<void> {
  const { id } = cursor;
  if (id !== undefined && !id.isZero()) {
    const kill = { killCursors: collection.collectionName, cursors: [id] };
    await collection.db.command(kill).catch(() => undefined); // the store is away, and will forget the cursor by itself
  }
  await cursor.close();
}

function needsOtherSnapshot(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && OTHER_SNAPSHOT.has(error.code);
}

/** Whether the store gave up because a command took longer than it was allowed. */
export function isTimeLimit(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === TIME_LIMIT;
}

/** What `operation` resolves to; {@link StoreUnavailable} when that takes longer. */
export async function within<T>(milliseconds: number, operation: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new StoreUnavailable(new Error(`no answer within ${milliseconds} ms`))),
      milliseconds,
    );
  });
  try {
    return await Promise.race([operation, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
