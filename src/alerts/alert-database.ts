import type { mongo } from 'mongoose';
import type { StoreDatabase } from '../storage/store-database';

/** The database with the collections of the alerts in place: whoever is given this can use them. */
export class AlertDatabase {
  constructor(private readonly store: StoreDatabase) {}

  collection<T extends mongo.Document>(name: string): mongo.Collection<T> {
    return this.store.db.collection<T>(name);
  }
}
