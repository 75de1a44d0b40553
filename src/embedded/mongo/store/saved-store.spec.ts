import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from '../bson';
import { saveFile, SavedFileDamaged } from '../../saved-file';
import { describeIndex } from './index-spec';
import { loadStore, saveStore } from './saved-store';
import { Store } from './store';
import { StoredDocument } from './stored-document';

const now = (): Date => new Date();
let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'saved-store-'));
  path = join(folder, 'mongo');
});
afterEach(async () => rm(folder, { recursive: true }));

function filled(): Store {
  const store = new Store(now);
  store.create('a', 'empty');
  const things = store.create('b', 'things');
  const sparse = { name: 'k', key: { k: 1 }, unique: true, sparse: true };
  things.addIndex({ ...sparse, expireAfterSeconds: null, partialFilterExpression: null }, 1);
  const partial = { name: 't', key: { t: -1 }, unique: false, sparse: false, expireAfterSeconds: 5 };
  things.addIndex({ ...partial, partialFilterExpression: { k: { $gt: 1 } } }, 1);
  const transaction = store.begin();
  for (let i = 0; i < 500; i++) {
    transaction.insert(things, StoredDocument.fromDocument({ _id: i, k: i, text: 'x'.repeat((i * 7919) % 9_000) }));
  }
  transaction.commit();
  return store;
}

function describeAll(store: Store): unknown[] {
  return store.all().map(({ namespace, uuid, indexes, live, bytes }) => ({
    namespace,
    uuid: uuid.toString('hex'),
    indexes: Array.from(indexes.values(), ({ spec }) => encode(describeIndex(spec)).toString('hex')),
    documents: Array.from(live.values(), ({ bytes: raw }) => raw.toString('hex')),
    bytes,
  }));
}

it('is what it was, with its clock', async () => {
  const store = filled();
  await saveStore(path, store);
  const loaded = await loadStore(path, now);
  expect(loaded === null ? null : describeAll(loaded)).toEqual(describeAll(store));
  expect(loaded?.clock.current).toBeGreaterThanOrEqual(store.clock.current);
});

it('is null where nothing was saved', async () => {
  expect(await loadStore(path, now)).toBeNull();
});

const HEAD = { format: 'logwarren embedded mongo', version: 1 };
it.each<[string, Buffer[]]>([
  ['nothing', []],
  ['another format', [encode({ ...HEAD, format: 'x' })]],
  ['another version', [encode({ ...HEAD, version: 2 })]],
  ['no time', [encode(HEAD)]],
  ['no BSON', [Buffer.from('not BSON at all')]],
  ['half a document', [encode({ a: 'long enough' }).subarray(0, 8)]],
])('is refused where the file holds %s', async (_caption, chunks) => {
  await saveFile(path, chunks);
  await expect(loadStore(path, now)).rejects.toThrow(SavedFileDamaged);
});
