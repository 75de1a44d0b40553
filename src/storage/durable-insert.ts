import { mongo } from 'mongoose';
import { type InsertOutcome, isRefusal, readInsertReply } from './insert-reply';
import { StoreUnavailable } from './store-unavailable';

/** The part of a database that is used here. */
type Commands = Pick<mongo.Db, 'command'>;

/** What one command may carry: the server takes 16 MiB and a little for the command around the documents. */
const MAX_BATCH_BYTES = 15 * 1024 * 1024;
const MAX_BATCH_DOCUMENTS = 1_000;

/** On the disks of a majority; a majority that does not answer in this time counts as away. */
const DURABLE = { w: 'majority', j: true, wtimeout: 8_000 } as const;
/** After this a server that says nothing counts as away, ms. */
const TIMEOUT_MS = 10_000;

/**
 * Inserts documents that have their `_id`, each on its own: one that is refused does not touch the others. Resolves once
 * every one that is not refused is on the disks of a majority; outcomes are in the order of the documents. Rejects with
 * {@link StoreUnavailable} when that cannot be said of all of them; trying the same documents again does no harm.
 *
 * It sends the command itself, because its reply says of each document what became of it. The driver's insertMany makes
 * an exception of it, whose `writeErrors` is empty where there is a write concern error; and its one retry is nothing
 * that the caller's would not do.
 */
export async function insertDurably(
  db: Commands,
  collection: string,
  documents: readonly mongo.BSON.Document[],
): Promise<InsertOutcome[]> {
  const outcomes: InsertOutcome[] = [];
  for (const batch of batchesOf(documents)) outcomes.push(...(await insertBatch(db, collection, batch)));
  return outcomes;
}

function batchesOf(documents: readonly mongo.BSON.Document[]): mongo.BSON.Document[][] {
  const batches: mongo.BSON.Document[][] = [];
  let room = 0;
  for (const document of documents) {
    const bytes = sizeOf(document);
    const batch = batches.at(-1);
    if (batch === undefined || bytes > room || batch.length >= MAX_BATCH_DOCUMENTS) {
      batches.push([document]);
      room = MAX_BATCH_BYTES - bytes;
    } else {
      batch.push(document);
      room -= bytes;
    }
  }
  return batches;
}

/** A document whose size cannot be told goes alone: the sending will say what is wrong with it. */
function sizeOf(document: mongo.BSON.Document): number {
  try {
    return mongo.BSON.calculateObjectSize(document);
  } catch {
    return MAX_BATCH_BYTES;
  }
}

async function insertBatch(
  db: Commands,
  collection: string,
  batch: readonly mongo.BSON.Document[],
): Promise<InsertOutcome[]> {
  const outcomes = await sendBatch(db, collection, batch);
  if (outcomes === 'refused as a whole') {
    const half = batch.length >> 1;
    const first = await insertBatch(db, collection, batch.slice(0, half));
    return first.concat(await insertBatch(db, collection, batch.slice(half)));
  }
  return Promise.all(outcomes.map((outcome, i) => confirmRefusal(db, collection, batch, outcome, i)));
}

/** A document that was refused in company is tried once more, alone. */
async function confirmRefusal(
  db: Commands,
  collection: string,
  batch: readonly mongo.BSON.Document[],
  outcome: InsertOutcome,
  index: number,
): Promise<InsertOutcome> {
  const document = batch[index];
  if (outcome.status !== 'refused' || batch.length === 1 || document === undefined) return outcome;
  const [alone] = await insertBatch(db, collection, [document]);
  return alone ?? outcome;
}

/** Sends one command. A single document that makes the whole command fail is refused; of several, it is not known which. */
async function sendBatch(
  db: Commands,
  collection: string,
  documents: readonly mongo.BSON.Document[],
): Promise<InsertOutcome[] | 'refused as a whole'> {
  try {
    const command = { insert: collection, documents, ordered: false, writeConcern: DURABLE };
    const reply = await db.command(command, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return readInsertReply(reply, documents.length);
  } catch (error) {
    if (!isRefusal(error)) throw new StoreUnavailable(error);
    if (documents.length > 1) return 'refused as a whole';
    return [{ status: 'refused', message: error instanceof Error ? error.message : String(error) }];
  }
}
