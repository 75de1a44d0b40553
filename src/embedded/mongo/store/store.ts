import { randomUUID } from 'node:crypto';
import { CommandError } from '../command-error';
import { ClusterClock, type ClusterTime } from './cluster-clock';
import { Collection } from './collection';
import type { IndexSpec } from './index-spec';
import { Snapshots } from './snapshots';
import { Transaction } from './transaction';

const ID_INDEX: IndexSpec = {
  name: '_id_',
  key: { _id: 1 },
  unique: false, // by the map of the documents themselves
  sparse: false,
  expireAfterSeconds: null,
  partialFilterExpression: null,
};

/** Names as mongod has them: no dot, no dollar, no slash, no space, no quote; at most 63 bytes. */
const DATABASE_NAME = /^[^/\\. "$\0]{1,63}$/;

/** All databases: collections by name, the clock of their commits, and who reads as of when. */
export class Store {
  readonly clock: ClusterClock;
  readonly snapshots: Snapshots;
  private readonly databases = new Map<string, Map<string, Collection>>();

  constructor(now: () => Date, last?: ClusterTime) {
    this.clock = new ClusterClock(now, last);
    this.snapshots = new Snapshots(now);
  }

  /** Null: there is none, which reads like an empty one. */
  find(database: string, name: string): Collection | null {
    return this.databases.get(database)?.get(name) ?? null;
  }

  /** Makes a collection. Throws NamespaceExists and InvalidNamespace. */
  create(database: string, name: string, uuid: Buffer = newUuid()): Collection {
    checkNamespace(database, name);
    if (this.find(database, name) !== null) {
      throw new CommandError('NamespaceExists', `Collection ${database}.${name} already exists.`);
    }
    const collections = this.databases.get(database) ?? new Map<string, Collection>();
    this.databases.set(database, collections);
    const time = this.clock.tick();
    const collection = new Collection(database, name, uuid, time);
    collection.addIndex(ID_INDEX, time);
    collections.set(name, collection);
    return collection;
  }

  /** The collection to write to. The first write makes it; a transaction, which could take that back, is refused. */
  writable(database: string, name: string, transaction: Transaction | null): Collection {
    const found = this.find(database, name);
    if (found !== null) {
      if (transaction !== null) found.checkReadableAt(transaction.snapshot);
      return found;
    }
    if (transaction === null) return this.create(database, name);
    const message = `Cannot create namespace ${database}.${name} in multi-document transaction.`;
    throw new CommandError('OperationNotSupportedInTransaction', message);
  }

  /** False: there was none. Throws Held while a transaction writes to it. */
  drop(database: string, name: string): boolean {
    const collections = this.databases.get(database);
    const collection = collections?.get(name);
    if (collections === undefined || collection === undefined) return false;
    collection.checkUnwritten();
    collections.delete(name);
    if (collections.size === 0) this.databases.delete(database);
    this.clock.tick();
    return true;
  }

  databaseNames(): string[] {
    return [...this.databases.keys()];
  }

  collectionsOf(database: string): Collection[] {
    return [...(this.databases.get(database)?.values() ?? [])];
  }

  all(): Collection[] {
    return this.databaseNames().flatMap((name) => this.collectionsOf(name));
  }

  /** Bytes of all documents. */
  get bytes(): number {
    return this.all().reduce((bytes, collection) => bytes + collection.bytes, 0);
  }

  begin(): Transaction {
    return new Transaction(this.clock.current, this.clock, this.snapshots);
  }

  /** Lets go of the history that nobody reads any more. */
  forgetHistory(): void {
    this.snapshots.sweep();
    for (const collection of this.all()) collection.forgetBefore(this.snapshots.oldest);
  }
}

function newUuid(): Buffer {
  return Buffer.from(randomUUID().replaceAll('-', ''), 'hex');
}

function checkNamespace(database: string, name: string): void {
  const isValid = DATABASE_NAME.test(database) && name !== '' && !/[$\0]/.test(name) && !name.startsWith('.');
  if (isValid) return;
  throw new CommandError('InvalidNamespace', `Invalid namespace specified '${database}.${name}'`);
}
