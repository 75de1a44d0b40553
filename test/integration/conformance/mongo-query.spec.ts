import { EJSON } from 'bson';
import fc from 'fast-check';
import { mongo } from 'mongoose';
import { compareValues } from '../../../src/embedded/mongo/query/compare';
import { compileFilter } from '../../../src/embedded/mongo/query/filter';
import { anyDocument, anyFilter, anyValue, decoded } from '../../support/arbitrary-bson';
import { TestDatabase } from '../../support/database';
import { EXPRESSION_DOCUMENT, EXPRESSIONS, REFUSED_EXPRESSIONS } from '../../support/query-cases/expressions';
import { FILTERS, REFUSED_FILTERS } from '../../support/query-cases/filters';
import { PIPELINES } from '../../support/query-cases/pipelines';
import { PROJECTED, PROJECTIONS, REFUSED_PROJECTIONS } from '../../support/query-cases/projections';
import { REFUSED_UPDATES, REFUSED_UPSERTS, UPDATES, UPSERTS } from '../../support/query-cases/updates';
import type { Document } from '../../support/query-cases/values';

interface Thing extends Document {
  readonly _id: number | string | mongo.ObjectId;
}

let database: TestDatabase;
let things: mongo.Collection<Thing>;
beforeAll(async () => {
  database = await TestDatabase.create();
  things = database.db.collection<Thing>('things', { promoteValues: false });
});
beforeEach(() => things.deleteMany({}));
afterAll(() => database.close());

const text = (value: unknown) => EJSON.stringify(value, { relaxed: false });
const updateOne = (filter: Document, update: Document | readonly Document[], upsert = false) =>
  database.db.command({ update: 'things', updates: [{ q: filter, u: update, upsert }] });
const errorOf = async (answer: Promise<unknown>): Promise<{ code: unknown; message: string } | null> => {
  try {
    await answer;
    return null;
  } catch (error) {
    if (error instanceof mongo.MongoServerError) return { code: Number(error.code), message: error.message };
    throw error;
  }
};
const writeErrorOf = async (reply: Promise<Document>): Promise<{ code: number; errmsg: string } | undefined> =>
  ((await reply).writeErrors as { code: number; errmsg: string }[] | undefined)?.[0];

describe.each(FILTERS)('filters on $caption', ({ documents, finds }) => {
  beforeEach(() => things.insertMany(documents.map((document) => ({ ...document }) as Thing)));

  it.each(finds.map(([filter, ids]) => [EJSON.stringify(filter), filter, ids]))('%s', async (_, filter, ids) => {
    const found = await things.find(filter, { sort: { _id: 1 }, projection: { _id: 1 } }).toArray();
    expect(found.map(({ _id }) => Number(_id))).toEqual(ids);
  });
});

it.each(REFUSED_FILTERS)('refuses the filter %j with %d', async (filter, code, message) => {
  expect(await errorOf(things.findOne(filter))).toEqual({ code, message });
});

it.each(UPDATES)('updates: %s', async (_caption, before, update, after) => {
  await things.insertOne({ _id: 1, ...before });
  const { n, nModified } = await updateOne({ _id: 1 }, update);
  expect([n, nModified]).toEqual([1, after === null ? 0 : 1]);
  expect(text(await things.findOne({}))).toBe(text({ _id: 1, ...(after ?? before) }));
});

it.each(REFUSED_UPDATES)('refuses on %j the update %j with %d', async (before, update, code, message) => {
  await things.insertOne({ _id: 1, ...before });
  expect(await writeErrorOf(updateOne({ _id: 1 }, update))).toMatchObject({
    code,
    errmsg: expect.stringContaining(message),
  });
  expect(text(await things.findOne({}))).toBe(text({ _id: 1, ...before }));
});

it.each(UPSERTS)('upserts: %s', async (_caption, filter, update, inserted) => {
  await updateOne(filter, update, true);
  const found = await things.findOne({});
  const isNew = found?._id instanceof mongo.ObjectId;
  expect(text(isNew ? { ...found, _id: 'new' } : found)).toBe(text(inserted));
});

it.each(REFUSED_UPSERTS)('refuses on nothing the upsert of %j by %j with %d', async (filter, update, code) => {
  expect(await writeErrorOf(updateOne(filter, update, true))).toMatchObject({ code });
});

it.each(PIPELINES.results.map(([pipeline, results]) => [EJSON.stringify(pipeline), pipeline, results]))(
  'aggregates %s',
  async (_, pipeline, results) => {
    await things.insertMany(PIPELINES.documents.map((document) => ({ ...document }) as Thing));
    const found = await things.aggregate([{ $sort: { _id: 1 } }, ...pipeline]).toArray();
    expect(text(found)).toBe(text(results));
  },
);

const evaluate = async (expression: unknown): Promise<Document | undefined> => {
  await things.insertOne({ _id: 1, ...EXPRESSION_DOCUMENT });
  const [found] = await things.aggregate([{ $replaceWith: { value: expression } }]).toArray();
  return found;
};

it.each(EXPRESSIONS.map(([expression, value]) => [EJSON.stringify(expression), expression, value]))(
  'evaluates %s',
  async (_, expression, value) => {
    expect(text(await evaluate(expression))).toBe(text(value === undefined ? {} : { value }));
  },
);

it.each(REFUSED_EXPRESSIONS)('refuses the expression %j with %d', async (expression, code) => {
  expect(await errorOf(evaluate(expression))).toMatchObject({ code });
});

it.each(PROJECTIONS)('projects by %j', async (projection, result) => {
  await things.insertOne({ ...PROJECTED } as Thing);
  expect(text(await things.findOne({}, { projection }))).toBe(text(result));
});

it.each(REFUSED_PROJECTIONS)('refuses the projection %j with %d', async (projection, code) => {
  await things.insertOne({ ...PROJECTED } as Thing);
  expect(await errorOf(things.findOne({}, { projection }))).toMatchObject({ code });
});

describe('what this project computes without a server', () => {
  it('orders any two values as the server does', async () => {
    const pairs = fc.sample(fc.tuple(anyValue, anyValue), { numRuns: 1_000, seed: 1 });
    await things.insertMany(pairs.map(([a, b], _id) => ({ _id, a, b })));
    const compared = await things
      .aggregate<{ _id: number; order: number; a: unknown; b: unknown }>([
        { $sort: { _id: 1 } },
        { $project: { order: { $cmp: ['$a', '$b'] }, a: 1, b: 1 } },
      ])
      .toArray();
    expect(compared.length).toBe(pairs.length);
    const different = compared.filter(({ order, a, b }) => Math.sign(compareValues(a, b)) !== Number(order));
    expect(different.map(text)).toEqual([]);
  });

  it('finds by any filter what the server finds', async () => {
    const documents = fc.sample(anyDocument, { numRuns: 60, seed: 2 }).map((document, _id) => ({ ...document, _id }));
    await things.insertMany(documents);
    const filters = fc.sample(anyFilter, { numRuns: 300, seed: 3 });
    const different: string[] = [];
    for (const filter of filters) {
      const found = await things.find(filter, { sort: { _id: 1 }, projection: { _id: 1 } }).toArray();
      const matches = compileFilter(decoded(filter), { now: new Date() });
      const expected = documents.filter((document) => matches(decoded(document))).map(({ _id }) => _id);
      const ids = found.map(({ _id }) => Number(_id));
      if (ids.join() !== expected.join()) different.push(`${text(filter)}: ${ids.join()} and ${expected.join()}`);
    }
    expect(different).toEqual([]);
  });
});
