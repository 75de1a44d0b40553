import { randomUUID } from 'node:crypto';
import { CommandError } from '../command-error';
import { ClusterClock, type ClusterTime } from './cluster-clock';
import { Collection } from './collection';
import type { IndexSpec } from './index-spec';
import { Held } from './key-map';
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

const MAX_NAMESPACE_BYTES = 255;

/** All databases: collections by name, the clock of their commits, and who reads as of when. */
export class Store {
  readonly clock: ClusterClock;
  readonly snapshots: Snapshots;
  private readonly databases = new Map<string, Map<string, Collection>>();
  /** Collections that transactions have made and not committed, by namespace. */
  private readonly pending = new Map<string, { collection: Collection; transaction: Transaction }>();

  constructor(now: () => Date, last?: ClusterTime, elapsedMs = (): number => performance.now()) {
    this.clock = new ClusterClock(now, last);
    this.snapshots = new Snapshots(elapsedMs);
  }

  /** Null: there is none, which reads like an empty one. A transaction also sees those that it has made itself. */
  find(database: string, name: string, transaction: Transaction | null = null): Collection | null {
    const found = this.databases.get(database)?.get(name);
    if (found !== undefined || transaction === null) return found ?? null;
    const pending = this.pending.get(`${database}.${name}`);
    return pending?.transaction === transaction ? pending.collection : null;
  }

  /** Makes a collection. Throws NamespaceExists and InvalidNamespace, and Held while a transaction makes it. */
  create(database: string, name: string, uuid: Buffer = newUuid()): Collection {
    this.checkNew(database, name);
    const collection = newCollection(database, name, uuid);
    this.attach(collection, this.clock.tick());
    return collection;
  }

  /** The collection to write to: the first write makes it. One that a transaction makes is there with its commit. */
  writable(database: string, name: string, transaction: Transaction | null): Collection {
    const found = this.find(database, name, transaction);
    if (found === null)
      return transaction === null ? this.create(database, name) : this.createIn(transaction, database, name);
    if (transaction !== null) found.checkReadableAt(transaction.snapshot);
    return found;
  }

  private createIn(transaction: Transaction, database: string, name: string): Collection {
    this.checkNew(database, name);
    const collection = newCollection(database, name, newUuid());
    this.pending.set(collection.namespace, { collection, transaction });
    transaction.atEnd((committed) => {
      this.pending.delete(collection.namespace);
      if (committed !== null) this.attach(collection, committed);
    });
    return collection;
  }

  private checkNew(database: string, name: string): void {
    checkNamespace(database, name);
    const namespace = `${database}.${name}`;
    const pending = this.pending.get(namespace);
    if (pending !== undefined) throw new Held(pending.transaction);
    if (this.find(database, name) === null) return;
    throw new CommandError('NamespaceExists', `Collection ${namespace} already exists.`);
  }

  private attach(collection: Collection, time: ClusterTime): void {
    const collections = this.databases.get(collection.database) ?? new Map<string, Collection>();
    this.databases.set(collection.database, collections);
    collections.set(collection.name, collection);
    collection.minimum = time;
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

  /** What all documents take in memory. */
  get memoryBytes(): number {
    return this.all().reduce((bytes, collection) => bytes + collection.memoryBytes, 0);
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

function newCollection(database: string, name: string, uuid: Buffer): Collection {
  const collection = new Collection(database, name, uuid);
  collection.addIndex(ID_INDEX, 0);
  return collection;
}

function checkNamespace(database: string, name: string): void {
  const namespace = `${database}.${name}`;
  const isName = name !== '' && !/[$\0]/.test(name) && !name.startsWith('.');
  if (DATABASE_NAME.test(database) && isName && Buffer.byteLength(namespace) <= MAX_NAMESPACE_BYTES) return;
  throw new CommandError('InvalidNamespace', `Invalid namespace specified '${namespace}'`);
}
