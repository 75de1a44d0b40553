import type { Connection, IndexDefinition, Schema } from 'mongoose';
import type { Config } from '../config/config';
import type { CollectionPlan } from './ensure-collections';
import { DEAD_LETTERS, HEARTBEATS } from './schemas';

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
/** A collector that has been silent for so long will not come back under its name. */
const HEARTBEAT_HOURS = 6;

/** Every collection of the models, with the indexes of its schema and its expiry. */
export function collectionPlans({ models }: Pick<Connection, 'models'>, config: Config): CollectionPlan[] {
  return Object.values(models).map((model) => ({
    name: model.collection.name,
    indexes: model.schema
      .indexes()
      .filter(([, { expireAfterSeconds }]) => expireAfterSeconds === undefined)
      .map(([key, { unique, sparse }]) => ({
        key: directionsOf(key),
        options: { ...(unique === true && { unique }), ...(sparse === true && { sparse }) },
      })),
    expiry: expiryOf(model.collection.name, config) ?? expiryInSchema(model.schema.indexes()),
  }));
}

function expiryOf(collection: string, config: Config): CollectionPlan['expiry'] {
  if (collection === DEAD_LETTERS) return { field: 'at', seconds: config.retention.days * DAY_SECONDS };
  if (collection === HEARTBEATS) return { field: 'seenAt', seconds: HEARTBEAT_HOURS * HOUR_SECONDS };
  return null;
}

/** An expiry that depends on nothing stands in the schema. */
function expiryInSchema(indexes: ReturnType<Schema['indexes']>): CollectionPlan['expiry'] {
  for (const [key, { expireAfterSeconds }] of indexes) {
    const [field] = Object.keys(key);
    if (field !== undefined && typeof expireAfterSeconds === 'number') return { field, seconds: expireAfterSeconds };
  }
  return null;
}

function directionsOf(key: IndexDefinition): Record<string, 1 | -1> {
  return Object.fromEntries(Object.entries(key).map(([field, direction]) => [field, direction === -1 ? -1 : 1]));
}
