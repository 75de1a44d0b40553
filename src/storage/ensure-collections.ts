import { mongo } from 'mongoose';

/** A collection as it should be. */
export interface CollectionPlan {
  readonly name: string;
  readonly indexes: readonly { readonly key: Record<string, 1 | -1>; readonly options: mongo.CreateIndexesOptions }[];
  /** `field` holds a date; a document is removed this many seconds after it. Null: none expires by itself. */
  readonly expiry: { readonly field: string; readonly seconds: number } | null;
}

const NAMESPACE_EXISTS = 48;
const INDEX_OPTIONS_CONFLICT = 85;
/** MongoDB's own limit of an expiry, 68 years. */
const MAX_EXPIRY_SECONDS = 2 ** 31 - 1;

/**
 * Makes what is missing of the collections and their indexes, and changes an expiry that is another now. Safe to run
 * in several processes at once, and again at every start. Collections are made before anything is written to them,
 * because a snapshot cannot see one that is newer than itself.
 */
export async function ensureCollections(db: mongo.Db, plans: readonly CollectionPlan[]): Promise<void> {
  for (const { name, indexes, expiry } of plans) {
    await ignoring(NAMESPACE_EXISTS, db.createCollection(name));
    for (const { key, options } of indexes) await db.collection(name).createIndex(key, options);
    if (expiry !== null) await ensureExpiry(db, name, expiry.field, expiry.seconds);
  }
}

async function ensureExpiry(db: mongo.Db, collection: string, field: string, seconds: number): Promise<void> {
  const expireAfterSeconds = Math.min(Math.ceil(seconds), MAX_EXPIRY_SECONDS);
  try {
    await db.collection(collection).createIndex({ [field]: 1 }, { expireAfterSeconds });
  } catch (error) {
    if (!hasCode(error, INDEX_OPTIONS_CONFLICT)) throw error;
    await db.command({ collMod: collection, index: { keyPattern: { [field]: 1 }, expireAfterSeconds } });
  }
}

async function ignoring(code: number, operation: Promise<unknown>): Promise<void> {
  try {
    await operation;
  } catch (error) {
    if (!hasCode(error, code)) throw error;
  }
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof mongo.MongoServerError && error.code === code;
}
