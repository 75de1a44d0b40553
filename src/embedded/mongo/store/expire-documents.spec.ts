import { expireDocuments } from './expire-documents';
import { Store } from './store';
import { StoredDocument } from './stored-document';

const NOW = new Date('2026-11-23T10:00:00Z');
const before = (seconds: number): Date => new Date(NOW.getTime() - seconds * 1_000);

it('removes what a date of its index says, and nothing else', () => {
  const store = new Store(() => NOW);
  const things = store.create('d', 'things');
  const index = { name: 'at', key: { at: 1 }, unique: false, sparse: false, expireAfterSeconds: 60 };
  things.addIndex({ ...index, partialFilterExpression: null }, store.clock.tick());
  const partial = { ...index, name: 'end', key: { end: 1 }, partialFilterExpression: { done: true } };
  things.addIndex(partial, store.clock.tick());
  things.addIndex({ ...index, name: 'a.at', key: { 'a.at': 1 }, partialFilterExpression: null }, store.clock.tick());
  const transaction = store.begin();
  const documents = {
    expired: { at: before(60) },
    'expired by its earliest': { at: [before(0), 'x', before(61)] },
    'expired by a path': { a: [{ at: before(0) }, { at: before(61) }] },
    'expired and done': { end: before(100), done: true },
    young: { at: before(59) },
    none: {},
    'no date': { at: 5 },
    'not done': { end: before(100) },
  };
  for (const [_id, fields] of Object.entries(documents)) {
    transaction.insert(things, StoredDocument.fromDocument({ _id, ...fields }));
  }
  transaction.commit();
  expect(expireDocuments(store, NOW)).toBe(4);
  expect(Array.from(things.live.values(), ({ document }) => document['_id'])).toEqual([
    'young',
    'none',
    'no date',
    'not done',
  ]);
});
