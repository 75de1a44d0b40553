import type { RunnerParts } from '../../src/modules/retention/retention-runner';
import { DAY_US } from '../../src/log/timestamp';
import { chunksOf } from '../support/search-store';
import { RetentionStore } from '../support/retention-store';
import { PrivateService } from '../support/services';
import { aRecord, TEN_O_CLOCK } from '../support/storage';

const EXPIRED = 4_000;
const clock = () => TEN_O_CLOCK;
const never = new AbortController().signal;

let mongod: PrivateService;
let store: RetentionStore;
beforeAll(async () => {
  mongod = await PrivateService.start('mongodb');
  store = await RetentionStore.open(mongod.mongodbUri);
  const records = Array.from({ length: EXPIRED }, (_, i) => aRecord({ timestamp: TEN_O_CLOCK - 20 * DAY_US + i }));
  await store.chunks.insertMany(records.flatMap((record) => chunksOf([record])));
});
afterAll(async () => {
  await store.close();
  await mongod.close();
});

it('a MongoDB that is killed and started in the middle of a removal changes nothing: receipts and store agree', async () => {
  const { chunks } = store.ports;
  let removals = 0;
  let restarted = Promise.resolve();
  const underFire: RunnerParts['chunks'] = {
    expired: (...given) => chunks.expired(...given),
    remove: (ids, account, signal) => {
      if (++removals !== 3) return chunks.remove(ids, account, signal);
      const removing = chunks.remove(ids, account, signal);
      restarted = mongod.kill().then(() => mongod.start());
      return removing;
    },
  };
  const isDone = await store
    .runner({ days: 10 }, clock, { chunks: underFire, leaseMs: 2_000 })
    .run(never)
    .catch(() => false);
  await restarted;
  const [interrupted] = await store.receipts();
  expect(interrupted?.total.chunks).toBe(EXPIRED - (await store.chunks.countDocuments()));
  if (!isDone) expect(await store.runner({ days: 10 }, clock, { leaseMs: 2_000 }).run(never)).toBe(true);
  const receipts = await store.receipts();
  expect(receipts.reduce((sum, { total }) => sum + total.chunks, 0)).toBe(EXPIRED);
  expect(receipts.at(-1)?.state).toBe('completed');
  expect(await store.chunks.countDocuments()).toBe(0);
}, 120_000);
