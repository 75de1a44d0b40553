import { EJSON } from 'bson';
import { decoded } from '../../../../test/support/arbitrary-bson';
import {
  EXPRESSION_DOCUMENT,
  EXPRESSIONS,
  REFUSED_EXPRESSIONS,
} from '../../../../test/support/query-cases/expressions';
import { FILTERS, REFUSED_FILTERS } from '../../../../test/support/query-cases/filters';
import { PIPELINES } from '../../../../test/support/query-cases/pipelines';
import { PROJECTED, PROJECTIONS, REFUSED_PROJECTIONS } from '../../../../test/support/query-cases/projections';
import { REFUSED_UPDATES, REFUSED_UPSERTS, UPDATES, UPSERTS } from '../../../../test/support/query-cases/updates';
import { compilePipeline } from './aggregate';
import type { Document } from './document';
import { compileFilter } from './filter';
import { compileProjection } from './projection';
import { compileUpdate } from './update';

/*
 * The answers that mongod gave (test/integration/conformance/mongo-query.spec.ts asks it), from the functions alone.
 */

const context = { now: new Date(1_000) };
const text = (value: unknown) => EJSON.stringify(value, { relaxed: false });
/** A value as the server decodes it from a command. */
const received = <T>(value: T): T => decoded({ value }).value as T;
const thrownBy = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe.each(FILTERS)('filters on $caption', ({ documents, finds }) => {
  it.each(finds.map(([filter, ids]) => [EJSON.stringify(filter), filter, ids]))('%s', (_, filter, ids) => {
    const matches = compileFilter(received(filter), context);
    expect(documents.filter((document) => matches(received(document))).map(({ _id }) => _id)).toEqual(ids);
  });
});

it.each(REFUSED_FILTERS)('refuses the filter %j with %d', (filter, code, message) => {
  expect(thrownBy(() => compileFilter(received(filter), context))).toMatchObject({ code, message });
});

it.each(UPDATES)('updates: %s', (_caption, before, update, after) => {
  const document = received({ _id: 1, ...before });
  const frozen = text(document);
  const updated = compileUpdate(received(update), context).apply(document);
  expect(text(updated)).toBe(text({ _id: 1, ...(after ?? before) }));
  expect(updated === document).toBe(after === null);
  expect(text(document)).toBe(frozen);
});

it.each(REFUSED_UPDATES)('refuses on %j the update %j with %d', (before, update, code, message) => {
  const act = () => compileUpdate(received(update), context).apply(received({ _id: 1, ...before }));
  expect(thrownBy(act)).toMatchObject({ code, message });
});

it.each(UPSERTS)('upserts: %s', (_caption, filter, update, inserted) => {
  const document = compileUpdate(received(update), context).insert(received(filter), () => 'new');
  expect(text(document)).toBe(text(inserted));
});

it.each(REFUSED_UPSERTS)('refuses on nothing the upsert of %j by %j with %d', (filter, update, code) => {
  const act = () => compileUpdate(received(update), context).insert(received(filter), () => 'new');
  expect(thrownBy(act)).toMatchObject({ code });
});

const run = (pipeline: readonly Document[], documents: readonly Document[]) =>
  compilePipeline(received(pipeline), context)(received(documents));

it.each(PIPELINES.results.map(([pipeline, results]) => [EJSON.stringify(pipeline), pipeline, results]))(
  'aggregates %s',
  (_, pipeline, results) => {
    expect(text(run(pipeline, PIPELINES.documents))).toBe(text(results));
  },
);

const evaluate = (expression: unknown) =>
  run([{ $replaceWith: { value: expression } }], [{ _id: 1, ...EXPRESSION_DOCUMENT }])[0];

it.each(EXPRESSIONS.map(([expression, value]) => [EJSON.stringify(expression), expression, value]))(
  'evaluates %s',
  (_, expression, value) => {
    expect(text(evaluate(expression))).toBe(text(value === undefined ? {} : { value }));
  },
);

it.each(REFUSED_EXPRESSIONS)('refuses the expression %j with %d', (expression, code) => {
  expect(thrownBy(() => evaluate(expression))).toMatchObject({ code });
});

it.each(PROJECTIONS)('projects by %j', (projection, result) => {
  const document = received(PROJECTED);
  expect(text(compileProjection(received(projection), context)?.(document) ?? document)).toBe(text(result));
});

it.each(REFUSED_PROJECTIONS)('refuses the projection %j with %d', (projection, code) => {
  expect(thrownBy(() => compileProjection(received(projection), context))).toMatchObject({ code });
});

it.each([
  ['a filter', () => compileFilter({ $where: '1' }, context), '$where'],
  ['a condition', () => compileFilter({ a: { $near: [1, 2] } }, context), '$near'],
  ['an update', () => compileUpdate({ $bit: { a: { and: 1 } } }, context), '$bit'],
  ['a position', () => compileUpdate({ $set: { 'a.$': 1 } }, context), "'a.$'"],
  ['an expression', () => evaluate({ $sqrt: 4 }), '$sqrt'],
  ['a stage', () => compilePipeline([{ $lookup: {} }], context), '$lookup'],
  ['an accumulator', () => compilePipeline([{ $group: { _id: 1, a: { $top: {} } } }], context), '$top'],
  ['a projection', () => compileProjection({ a: { $slice: 1 } }, context), '$slice'],
])('says of %s that it is not implemented, and names it', (_, act, named) => {
  expect(thrownBy(act)).toMatchObject({
    code: 238,
    codeName: 'NotImplemented',
    message: expect.stringContaining(named),
  });
});
