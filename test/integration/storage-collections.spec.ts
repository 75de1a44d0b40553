import type { mongo } from 'mongoose';
import type { Chunk } from '../../src/storage/chunk';
import { ChunkCollection } from '../../src/storage/chunk-collection';
import { newId } from '../../src/storage/chunk-id';
import { encodeChunk } from '../../src/storage/encode-chunk';
import { SEVERITIES } from '../../src/log/severity';
import { MINUTE_US } from '../../src/log/timestamp';
import { TestDatabase } from '../support/database';
import { aRecord, openStorage, type Storage, TEN_O_CLOCK } from '../support/storage';

let database: TestDatabase;
beforeEach(async () => {
  database = await TestDatabase.create();
});
afterEach(async () => database.close());

/** Only what an index does: not its name or version. */
async function indexesOf(collection: string): Promise<object[]> {
  const indexes = await database.db.collection(collection).indexes();
  return indexes.map((index) =>
    Object.fromEntries(Object.entries(index).filter(([name]) => name !== 'v' && name !== 'name')),
  );
}

it('makes every collection with its indexes, also when several processes start at once', async () => {
  const storages = await Promise.all(Array.from({ length: 4 }, () => openStorage(database.uri)));
  await Promise.all(storages.map((storage) => storage.close()));
  const names = (await database.db.listCollections().toArray()).map(({ name }) => name).sort();
  expect(names).toEqual(['chunks', 'dead_letters', 'heartbeats', 'leases']);
  expect(await indexesOf('chunks')).toEqual([
    { key: { _id: 1 } },
    { key: { span: 1, service: 1, severity: 1, to: -1 } },
    { key: { span: 1, severity: 1, to: -1 } },
    { key: { span: 1, to: -1 } },
    { key: { parts: 1 }, unique: true, sparse: true },
  ]);
  expect(await indexesOf('dead_letters')).toEqual([
    { key: { _id: 1 } },
    { key: { at: -1, _id: -1 } },
    { key: { at: 1 }, expireAfterSeconds: 10 * 86_400 },
  ]);
  expect(await indexesOf('heartbeats')).toEqual([
    { key: { _id: 1 } },
    { key: { seenAt: 1 }, expireAfterSeconds: 21_600 },
  ]);
});

it('follows a RETENTION_DAYS that is another at the next start, up to the longest MongoDB knows', async () => {
  for (const [days, seconds] of [
    ['10', 864_000],
    ['3', 259_200],
    ['36500', 2 ** 31 - 1],
  ] as const) {
    await (await openStorage(database.uri, { RETENTION_DAYS: days })).close();
    expect(await indexesOf('dead_letters')).toContainEqual({ key: { at: 1 }, expireAfterSeconds: seconds });
  }
});

describe('the finds of a search', () => {
  const SERVICES = ['cart', 'shop', 'user', 'web'];
  let storage: Storage;
  let chunks: ChunkCollection['native'];

  beforeEach(async () => {
    storage = await openStorage(database.uri);
    chunks = storage.get(ChunkCollection).native;
    const documents = SERVICES.flatMap((service) =>
      SEVERITIES.flatMap((severity) =>
        Array.from({ length: 30 }, (_, i) => {
          const record = aRecord({ service, severity, timestamp: TEN_O_CLOCK + i * MINUTE_US });
          return encodeChunk({ id: null, records: [record] }, newId);
        }),
      ),
    );
    await chunks.insertMany(documents);
  });
  afterEach(async () => storage.close());

  const to = { $gte: TEN_O_CLOCK + 10 * MINUTE_US, $lt: TEN_O_CLOCK + 20 * MINUTE_US };
  it.each<[string, mongo.Filter<Chunk>, string, number]>([
    [
      'one service and severity',
      { service: { $in: ['shop'] }, severity: { $in: ['error'] } },
      'span_1_service_1_severity_1_to_-1',
      10,
    ],
    [
      'services and severities',
      { service: { $in: ['shop', 'web'] }, severity: { $in: ['error', 'fatal'] } },
      'span_1_service_1_severity_1_to_-1',
      40,
    ],
    [
      'a service, whatever the severity',
      { service: { $in: ['shop'] }, severity: { $in: [...SEVERITIES] } },
      'span_1_service_1_severity_1_to_-1',
      60,
    ],
    ['severities alone', { severity: { $in: ['error', 'fatal'] } }, 'span_1_severity_1_to_-1', 80],
    ['everything', {}, 'span_1_to_-1', 240],
  ])('go through an index, in order, by %s', async (_caption, filter, index, found) => {
    const find = chunks.find({ span: 'hour', ...filter, to }).sort({ to: -1 });
    const { queryPlanner, executionStats } = await find.explain('executionStats');
    const stages = stagesOf(queryPlanner.winningPlan);
    expect(stages.map(({ stage }) => stage)).not.toContain('SORT');
    expect(stages.map(({ stage }) => stage)).not.toContain('COLLSCAN');
    expect(new Set(stages.flatMap(({ indexName }) => indexName ?? []))).toEqual(new Set([index]));
    expect(executionStats).toMatchObject({ nReturned: found, totalDocsExamined: found });
  });
});

interface Stage {
  readonly stage: string;
  readonly indexName: string | undefined;
}

/** Every stage of a plan, outermost first. */
function stagesOf(plan: mongo.BSON.Document): Stage[] {
  const inputs = [plan.inputStage, ...(plan.inputStages ?? []), plan.queryPlan].filter((input) => input !== undefined);
  const own = plan.stage === undefined ? [] : [{ stage: plan.stage, indexName: plan.indexName }];
  return [...own, ...inputs.flatMap(stagesOf)];
}
