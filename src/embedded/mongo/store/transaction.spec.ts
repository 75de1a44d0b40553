import fc from 'fast-check';
import { CommandError } from '../command-error';
import type { Collection } from './collection';
import { Held } from './key-map';
import { Store } from './store';
import { LATEST_VIEW, StoredDocument, type View } from './stored-document';
import type { Transaction } from './transaction';

const KEYS = ['a', 'b', 'c'];

/** What a view of the collection holds, by `_id`. */
function contents(collection: Collection, view: View): Map<string, number> {
  const seen = [...collection.seenBy(view)].map(
    ({ document }) => [String(document['_id']), Number(document['n'])] as const,
  );
  expect(new Set(seen.map(([id]) => id)).size).toBe(seen.length);
  return new Map(seen);
}

function holderOf(collection: Collection, id: string, view: View): StoredDocument | undefined {
  return [...collection.seenBy(view)].find(({ document }) => document['_id'] === id);
}

const document = (id: string, n: number): StoredDocument => StoredDocument.fromDocument({ _id: id, n });

/** What the store should be, done by copying. */
class Model {
  committed = new Map<string, number>();
  /** The number of the commit that last changed a key. */
  changedAt = new Map<string, number>();
  commits = 0;
}

interface OpenTransaction {
  readonly real: Transaction;
  readonly beganAt: number;
  readonly beganWith: ReadonlySet<string>;
  readonly seen: Map<string, number>;
  readonly touched: Set<string>;
}

type Step =
  | { readonly do: 'begin' | 'commit' | 'abort' | 'read'; readonly slot: number }
  | { readonly do: 'put' | 'remove'; readonly slot: number; readonly key: string };

const slot = fc.nat(2);
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('begin', 'commit', 'abort', 'read'), slot }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('put', 'remove'), slot, key: fc.constantFrom(...KEYS) }) },
  ),
  { maxLength: 40 },
);

it('sees its beginning and its own writes, and conflicts with who changed the same', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const store = new Store(() => new Date());
      const collection = store.create('d', 'c');
      const model = new Model();
      const open = new Map<number, OpenTransaction>();
      const snapshots: { view: View; expected: Map<string, number> }[] = [];
      let n = 0;
      for (const step of all) {
        const transaction = open.get(step.slot);
        if (step.do === 'read') {
          store.snapshots.touch(store.clock.current);
          snapshots.push({ view: { at: store.clock.current, transaction: null }, expected: new Map(model.committed) });
        } else if (step.do === 'begin') {
          if (transaction !== undefined) continue;
          const real = store.begin();
          const { commits: beganAt, committed } = model;
          const beganWith = new Set(committed.keys());
          open.set(step.slot, { real, beganAt, beganWith, seen: new Map(committed), touched: new Set() });
        } else if (transaction !== undefined) {
          if (!advance(transaction, step, ++n)) open.delete(step.slot);
        }
        for (const { view, expected } of snapshots) expect(contents(collection, view)).toEqual(expected);
        for (const { real, seen } of open.values()) expect(contents(collection, real.view)).toEqual(seen);
        expect(contents(collection, LATEST_VIEW)).toEqual(model.committed);
      }

      /** False: the transaction has ended. */
      function advance(
        { real, beganAt, beganWith, seen, touched }: OpenTransaction,
        step: Step,
        value: number,
      ): boolean {
        if (step.do === 'commit') {
          real.commit();
          model.commits++;
          for (const key of touched) {
            model.changedAt.set(key, model.commits);
            const now = seen.get(key);
            if (now === undefined) model.committed.delete(key);
            else model.committed.set(key, now);
          }
          return false;
        }
        if (step.do !== 'put' && step.do !== 'remove') {
          real.abort();
          return false;
        }
        const isTouchedElsewhere = [...open.values()].some(
          (other) => other.real !== real && other.touched.has(step.key),
        );
        const isChangedSince = (model.changedAt.get(step.key) ?? 0) > beganAt;
        const before = holderOf(collection, step.key, real.view);
        if (before === undefined && step.do === 'remove') return true;
        try {
          if (step.do === 'remove') real.remove(collection, before as StoredDocument);
          else if (before === undefined) real.insert(collection, document(step.key, value));
          else real.replace(collection, before, document(step.key, value));
        } catch (error) {
          real.abort();
          const isConflict = error instanceof CommandError && error.codeName === 'WriteConflict';
          expect(isConflict || error instanceof Held).toBe(true);
          expect(isTouchedElsewhere || isChangedSince).toBe(true);
          return false;
        }
        expect(isTouchedElsewhere || isChangedSince).toBe(false);
        touched.add(step.key);
        if (step.do === 'remove' && !beganWith.has(step.key)) touched.delete(step.key); // as if it had never been
        if (step.do === 'remove') seen.delete(step.key);
        else seen.set(step.key, value);
        return true;
      }
    }),
    { numRuns: 300 },
  );
});

describe('a unique index', () => {
  const spec = { name: 'k_1', key: { k: 1 }, unique: true, sparse: true, expireAfterSeconds: null };
  const keyed = (_id: number, ...k: string[]): StoredDocument => StoredDocument.fromDocument({ _id, k });
  let store: Store;
  let collection: Collection;
  beforeEach(() => {
    store = new Store(() => new Date());
    collection = store.create('d', 'c');
    collection.addIndex({ ...spec, partialFilterExpression: null }, store.clock.tick());
    inOne((transaction) => transaction.insert(collection, keyed(1, 'x', 'y')));
  });

  function inOne(write: (transaction: Transaction) => void): void {
    const transaction = store.begin();
    try {
      write(transaction);
      transaction.commit();
    } catch (error) {
      transaction.abort();
      throw error;
    }
  }

  const E11000 = expect.objectContaining({
    code: 11_000,
    fields: { keyPattern: { k: 1 }, keyValue: { k: 'y' } },
  }) as Error;

  it('refuses a key that another document has, and keeps nothing of it', () => {
    expect(() => inOne((transaction) => transaction.insert(collection, keyed(2, 'z', 'y')))).toThrow(E11000);
    inOne((transaction) => transaction.insert(collection, keyed(2, 'z')));
    expect(collection.live.size).toBe(2);
  });

  it('lets keys go over to another document in one transaction', () => {
    const [first] = collection.live.values();
    inOne((transaction) => {
      if (first !== undefined) transaction.remove(collection, first);
      transaction.insert(collection, keyed(2, 'y', 'x', 'z'));
    });
    expect(() => inOne((transaction) => transaction.insert(collection, keyed(3, 'y')))).toThrow(E11000);
    expect([...collection.live.values()].map(({ document: { _id } }) => String(_id))).toEqual(['2']);
  });

  it('gives no key away that another transaction is about to give, until it has ended', async () => {
    const one = store.begin();
    one.insert(collection, keyed(2, 'z'));
    expect(() => inOne((transaction) => transaction.insert(collection, keyed(3, 'z')))).toThrow(Held);
    one.abort();
    await one.ended;
    inOne((transaction) => transaction.insert(collection, keyed(3, 'z')));
  });

  it('is as the transaction reads it, but conflicts where a key went over to another document', () => {
    const began = [store.begin(), store.begin(), store.begin()];
    const [first] = collection.live.values();
    inOne((transaction) => {
      if (first !== undefined) transaction.remove(collection, first);
      transaction.insert(collection, keyed(2, 'x', 'z'));
    });
    for (const [key, error] of [
      ['x', 'WriteConflict'],
      ['y', E11000],
      ['z', 'WriteConflict'],
    ] as const) {
      const transaction = began.pop();
      expect(() => transaction?.insert(collection, keyed(9, key))).toThrow(error);
      transaction?.abort();
    }
  });

  it('is not built, nor is a collection dropped, while a transaction writes', () => {
    const one = store.begin();
    one.insert(collection, keyed(2, 'z'));
    const another = { ...spec, name: 'other', partialFilterExpression: null };
    expect(() => collection.addIndex(another, store.clock.tick())).toThrow(Held);
    expect(() => store.drop('d', 'c')).toThrow(Held);
    one.commit();
    collection.addIndex(another, store.clock.tick());
    expect(store.drop('d', 'c')).toBe(true);
  });
});

it('makes a collection with its commit, or not at all', () => {
  const store = new Store(() => new Date());
  for (const end of ['abort', 'commit'] as const) {
    const one = store.begin();
    one.insert(store.writable('d', 'new', one), document('a', 1));
    expect(store.find('d', 'new')).toBeNull();
    expect(store.find('d', 'new', one)).not.toBeNull();
    expect(() => store.create('d', 'new')).toThrow(Held);
    one[end]();
  }
  expect(store.find('d', 'new')?.live.size).toBe(1);
});

it('keeps the past for as long as somebody reads it, and then refuses to show it', () => {
  let elapsedMs = 0;
  const store = new Store(
    () => new Date(),
    undefined,
    () => elapsedMs,
  );
  const collection = store.create('d', 'c');
  const at = store.clock.current;
  store.snapshots.touch(at);
  const write = (id: string): void => {
    const one = store.begin();
    const before = holderOf(collection, id, LATEST_VIEW);
    if (before === undefined) one.insert(collection, document(id, 1));
    else one.replace(collection, before, document(id, 2));
    one.commit();
  };
  write('a');
  write('a');
  collection.checkReadableAt(at);
  expect(contents(collection, { at, transaction: null })).toEqual(new Map());
  elapsedMs += 61_000;
  store.forgetHistory();
  expect(() => collection.checkReadableAt(at)).toThrow('older than the kept history');
});

it.each([
  ['forward', 3_600_000],
  ['back', -3_600_000],
])('keeps the past no shorter and no longer when the clock is set %s', (_direction, step) => {
  let now = 10_000_000;
  let elapsedMs = 0;
  const store = new Store(
    () => new Date(now),
    undefined,
    () => elapsedMs,
  );
  const collection = store.create('d', 'c');
  const at = store.clock.current;
  store.snapshots.touch(at);
  for (const id of ['a', 'b']) {
    const one = store.begin();
    one.insert(collection, document(id, 1));
    one.commit();
  }
  const removing = store.begin();
  for (const each of collection.live.values()) removing.remove(collection, each);
  removing.commit();
  now += step;
  store.forgetHistory();
  expect(() => collection.checkReadableAt(at)).not.toThrow();
  elapsedMs += 61_000;
  store.forgetHistory();
  expect(() => collection.checkReadableAt(at)).toThrow('older than the kept history');
});
