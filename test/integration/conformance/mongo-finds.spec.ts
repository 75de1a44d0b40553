import { mongo } from 'mongoose';
import { type Severity, SEVERITIES } from '../../../src/log/severity';
import { HOUR_US, MINUTE_US } from '../../../src/log/timestamp';
import type { Chunk } from '../../../src/storage/chunk';
import { newId } from '../../../src/storage/chunk-id';
import { EXPIRED_HINT, expiredIn } from '../../../src/storage/expire';
import { READ_PROJECTION } from '../../../src/storage/read-feed';
import { boundsOf, findsFor } from '../../../src/storage/read-finds';
import { TestDatabase } from '../../support/database';
import { TEN_O_CLOCK } from '../../support/storage';

const SERVICES = ['cart', 'shop', 'user', 'web.front', 'Zoo', 'äpfel'] as const;
const HOURS = 4;

/** A chunk of ten minutes, without blocks. */
function aChunk(service: string, severity: Severity, from: number): Chunk {
  const bytes = new mongo.Binary(Buffer.alloc(2_000, from % 251));
  const block = { from, to: from + 9 * MINUTE_US, count: 3, times: bytes, bodies: bytes };
  return {
    _id: new mongo.Binary(newId()),
    ...{ version: 1, level: 0, span: 'hour', service, severity, from, to: block.to, count: 3, bytes: 100 },
    minutes: new mongo.Binary(Buffer.of(1, 2)),
    codec: 'brotli',
    blocks: [block],
    parts: [new mongo.Binary(Buffer.concat([newId(), Buffer.alloc(4)]))],
  };
}

const hexId = ({ _id }: Pick<Chunk, '_id'>): string => Buffer.from(_id.value()).toString('hex');

/** Of every service and severity some, over some hours: none of them at the same time as another. */
const CHUNKS: readonly Chunk[] = SERVICES.flatMap((service, s) =>
  SEVERITIES.flatMap((severity, r) =>
    Array.from({ length: HOURS * 2 }, (_, i) =>
      aChunk(service, severity, TEN_O_CLOCK + i * (HOUR_US / 2) + s * 100 + r * 10 + i),
    ),
  ),
);

let database: TestDatabase;
let chunks: mongo.Collection<Chunk>;
beforeAll(async () => {
  database = await TestDatabase.create();
  chunks = database.db.collection<Chunk>('chunks');
  await chunks.createIndexes([
    { key: { span: 1, service: 1, severity: 1, to: -1 } },
    { key: { span: 1, severity: 1, to: -1 } },
    { key: { span: 1, to: -1 } },
    { key: { parts: 1 }, unique: true, sparse: true },
  ]);
  await chunks.insertMany([...CHUNKS]);
});
afterAll(async () => database.close());

const RANGES: readonly [from: number, to: number][] = [
  [0, Infinity],
  [-Infinity, TEN_O_CLOCK + 3 * HOUR_US],
  [TEN_O_CLOCK + HOUR_US, Infinity],
  [TEN_O_CLOCK + HOUR_US / 3, TEN_O_CLOCK + 2 * HOUR_US],
  [TEN_O_CLOCK + 1, TEN_O_CLOCK + 2],
  [TEN_O_CLOCK - HOUR_US, TEN_O_CLOCK],
];

const FILTERS: readonly { services: readonly string[] | null; severities: readonly Severity[] }[] = [
  { services: null, severities: SEVERITIES },
  { services: null, severities: ['error', 'fatal'] },
  { services: ['shop'], severities: ['info'] },
  { services: ['äpfel', 'Zoo', 'none'], severities: SEVERITIES },
  { services: ['shop', 'shop', 'web.front'], severities: ['warn', 'trace'] },
  { services: ['none'], severities: ['warn'] },
  { services: Array.from({ length: 150 }, (_, i) => `s${i}`).concat('cart'), severities: SEVERITIES },
];

describe.each(FILTERS)('a search of $services and $severities', (given) => {
  const filter = { ...given, text: null, attributes: [] };
  const services = new Set(given.services);
  const severities = new Set<string>(given.severities);

  it.each(RANGES)('from %d to %d finds the chunks, the newest first', async (from, to) => {
    for (const batchSize of [1_000, 16]) {
      const found: Chunk[] = [];
      for (const find of findsFor(filter)) {
        const one = await chunks
          .find(boundsOf(find, from, to), { hint: find.hint, batchSize, maxTimeMS: 5_000 })
          .sort({ to: -1 })
          .project<Chunk>(READ_PROJECTION)
          .toArray();
        expect(one.map((chunk) => chunk.to)).toEqual(one.map((chunk) => chunk.to).sort((a, b) => b - a));
        found.push(...one);
      }
      const expected = CHUNKS.filter(
        (chunk) =>
          (given.services === null || services.has(chunk.service)) &&
          severities.has(chunk.severity) &&
          chunk.from < to &&
          chunk.to >= from,
      );
      expect(found.map(hexId).sort()).toEqual(expected.map(hexId).sort());
    }
  });
});

it('what is read of a chunk is what was stored of it', async () => {
  const [chunk = aChunk('none', 'info', 0)] = CHUNKS;
  const left = Object.entries(chunk).filter(([name]) => !(name in READ_PROJECTION));
  expect(await chunks.findOne({ _id: chunk._id }, { projection: READ_PROJECTION })).toEqual(Object.fromEntries(left));
});

it('the oldest is found by the same index, backwards', async () => {
  for (const { equal, hint } of findsFor({ services: ['shop'], severities: ['info'], text: null, attributes: [] })) {
    const first = chunks.find({ ...equal, to: { $gte: TEN_O_CLOCK + HOUR_US } }, { hint });
    const [oldest] = await first.sort({ to: 1 }).limit(1).project({ to: 1 }).toArray();
    const expected = CHUNKS.filter(
      ({ service, severity, to }) => service === 'shop' && severity === 'info' && to >= TEN_O_CLOCK + HOUR_US,
    );
    expect(oldest).toEqual({ _id: expected[0]?._id, to: expected[0]?.to });
  }
});

it('chunks are found by their ids, whatever their order', async () => {
  const wanted = CHUNKS.filter((_, i) => i % 7 === 0);
  const ids = wanted.map(({ _id }) => _id).reverse();
  const found = await chunks.find({ _id: { $in: [...ids, new mongo.Binary(newId())] } }).toArray();
  expect(found.map(hexId).sort()).toEqual(wanted.map(hexId).sort());
  expect(await chunks.find({ _id: { $in: [] } }).toArray()).toEqual([]);
});

it.each<[caption: string, services: string[] | null, otherThan: string[], severities: Severity[]]>([
  ['all that is as old', null, [], [...SEVERITIES]],
  ['all but what is kept longer', null, ['shop', 'Zoo', 'none'], ['debug', 'info']],
  ['what is kept shorter', ['shop', 'none'], [], ['debug']],
])('retention finds %s', async (_caption, services, otherThan, severities) => {
  const cutoff = TEN_O_CLOCK + 2 * HOUR_US;
  const found = await chunks
    .find(expiredIn({ services, otherThan, severities, cutoff }), { ...EXPIRED_HINT, batchSize: 5 })
    .project<Pick<Chunk, '_id' | 'count'>>({ count: 1 })
    .toArray();
  const expected = CHUNKS.filter(
    ({ service, severity, to }) =>
      (services?.includes(service) ?? !otherThan.includes(service)) && severities.includes(severity) && to < cutoff,
  );
  expect(found.map(hexId).sort()).toEqual(expected.map(hexId).sort());
  expect(new Set(found.flatMap((chunk) => Object.keys(chunk)))).toEqual(new Set(['_id', 'count']));
});
