import type { Connection, IndexDefinition } from 'mongoose';
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
    indexes: model.schema.indexes().map(([key, { unique, sparse }]) => ({
      key: directionsOf(key),
      options: { ...(unique === true && { unique }), ...(sparse === true && { sparse }) },
    })),
    expiry: expiryOf(model.collection.name, config),
  }));
}

function expiryOf(collection: string, config: Config): CollectionPlan['expiry'] {
  if (collection === DEAD_LETTERS) return { field: 'at', seconds: config.retention.days * DAY_SECONDS };
  if (collection === HEARTBEATS) return { field: 'seenAt', seconds: HEARTBEAT_HOURS * HOUR_SECONDS };
  return null;
}

function directionsOf(key: IndexDefinition): Record<string, 1 | -1> {
  return Object.fromEntries(Object.entries(key).map(([field, direction]) => [field, direction === -1 ? -1 : 1]));
}
