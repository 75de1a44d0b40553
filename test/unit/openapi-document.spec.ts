import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenAPIObject } from '@nestjs/swagger';
import { ERROR_STATUS } from '../../src/http/api-error';

// What the program answers at /docs-json; `node scripts/openapi.mjs --check` keeps the file the same as the program.
const document: OpenAPIObject = JSON.parse(readFileSync(join(__dirname, '../../docs/openapi.json'), 'utf8'));

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
const operations: [string, Operation][] = Object.entries(document.paths).flatMap(([path, item]) =>
  METHODS.flatMap((method): [string, Operation][] => {
    const operation = item[method];
    return operation === undefined ? [] : [[`${method.toUpperCase()} ${path}`, operation]];
  }),
);

describe('docs/openapi.json', () => {
  it.each([
    'GET /api/v1/logs',
    'GET /api/v1/logs/histogram',
    'GET /api/v1/logs/{id}',
    'GET /api/v1/dead-letters',
    'GET /api/v1/retention/receipts',
    'GET /api/v1/retention/preview',
    'GET /api/v1/alerts',
    'GET /logs/{service}',
    'GET /logs/{service}/{severity}',
    'POST /ingest',
    'GET /health/live',
    'GET /health/ready',
    'GET /metrics',
  ])('has %s', (name) => {
    expect(operations.map(([one]) => one)).toContain(name);
  });

  it('names no operation twice', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('uses no tag that it does not explain', () => {
    const known = (document.tags ?? []).map(({ name }) => name);
    const used = operations.flatMap(([name, { tags }]) => (tags ?? ['none']).map((tag) => [name, tag]));
    expect(used.filter(([, tag]) => !known.includes(tag ?? 'none'))).toEqual([]);
  });
});

describe.each(operations)('%s', (_name, operation) => {
  it('says what it is for', () => {
    expect(operation.summary).toMatch(/\S/);
  });

  it('has a description and an example for every parameter', () => {
    const lacking = (operation.parameters ?? []).filter(
      (parameter) => !hasExample(parameter) || !isDescribed(parameter),
    );
    expect(lacking).toEqual([]);
  });

  it('has a description and a schema for every answer that has a body', () => {
    const answers = Object.entries(operation.responses).filter(([status]) => status !== '204');
    expect(answers.length).toBeGreaterThan(0);
    expect(answers.filter(([, answer]) => !isTyped(answer)).map(([status]) => status)).toEqual([]);
  });

  it('answers errors by the one body', () => {
    const known = [...new Set(Object.values(ERROR_STATUS))].map(String);
    const errors = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400);
    expect(known).toEqual(expect.arrayContaining(errors.map(([status]) => status)));
    // A 400 of /ingest tells what was wrong with each item, in a body of its own.
    const others = errors.filter(([status]) => status !== '400').map(([, answer]) => answer);
    for (const answer of others) {
      expect(answer).toHaveProperty(
        ['content', 'application/json', 'schema', '$ref'],
        '#/components/schemas/ErrorResponse',
      );
    }
  });

  it('says that it answers 401 unless it is open to all', () => {
    const isOpen = operation.security?.length === 0;
    expect('401' in operation.responses).toBe(!isOpen);
  });
});

function hasExample(parameter: object): boolean {
  if ('example' in parameter || 'examples' in parameter) return true;
  const schema = 'schema' in parameter ? parameter.schema : undefined;
  return typeof schema === 'object' && schema !== null && 'example' in schema;
}

function isDescribed(parameter: object): boolean {
  return 'description' in parameter && String(parameter.description).trim() !== '';
}

function isTyped(answer: object | undefined): boolean {
  if (answer === undefined || !('content' in answer) || !isDescribed(answer)) return false;
  const contents: object[] = Object.values(answer.content ?? {});
  return contents.length > 0 && contents.every((content) => 'schema' in content);
}
