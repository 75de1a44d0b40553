import { mongo } from 'mongoose';
import { MINUTE_US } from '../../src/log/timestamp';
import type { ErrorResponse } from '../../src/http/error-response';
import { openApiDocument } from '../../src/http/openapi';
import type { DeadLettersAnswer } from '../../src/modules/search/dead-letter-answers';
import type { HistogramAnswer, LogsAnswer, OneRecordAnswer } from '../../src/modules/search/search-answers';
import { SearchModule } from '../../src/modules/search/search.module';
import { DEAD_LETTERS, HEARTBEATS } from '../../src/storage/schemas';
import { metricProblems } from '../../src/telemetry/metrics';
import { eventually } from '../support/eventually';
import { type HttpApp, startHttpApp } from '../support/http-app';
import { SearchStore } from '../support/search-store';
import { aRecord } from '../support/storage';

const NOW = Math.floor(Date.now() / 60_000) * MINUTE_US;
const ODD = 'a/b.c #*? 100% "ü" 😀';

let store: SearchStore;
let app: HttpApp;
beforeAll(async () => {
  store = await SearchStore.open();
  app = await startHttpApp([], { MONGODB_URI: store.test.uri, SEARCH_CONCURRENCY: '2' }, [SearchModule]);
  await store.add(
    Array.from({ length: 250 }, (_, i) => aRecord({ timestamp: NOW - i * MINUTE_US, body: `line ${i}` })),
    [aRecord({ timestamp: NOW - MINUTE_US, service: ODD, severity: 'error', body: 'odd' })],
    [aRecord({ timestamp: NOW - 9 * 24 * 60 * MINUTE_US, body: 'old', attributes: { ['__proto__']: 'x', n: 1 } })],
  );
});
afterAll(async () => {
  await app.close();
  await store.close();
});

/** As every route may answer; each test knows which it asked. */
type AnyBody = LogsAnswer & HistogramAnswer & DeadLettersAnswer & OneRecordAnswer & ErrorResponse;

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AnyBody;
}
async function get(path: string, init: RequestInit = {}): Promise<Answered> {
  const response = await fetch(app.url + path, init);
  return { status: response.status, headers: response.headers, body: (await response.json()) as AnyBody };
}

describe('GET /api/v1/logs', () => {
  it('answers with everything that is promised', async () => {
    const { status, body } = await get('/api/v1/logs?limit=1&service=shop');
    expect(status).toBe(200);
    expect(body).toEqual({
      records: [
        {
          id: expect.stringMatching(/^1[A-Za-z0-9_-]{23,}$/),
          timestamp: new Date(NOW / 1_000).toISOString().replace('Z', '000Z'),
          service: 'shop',
          severity: 'info',
          body: 'line 0',
          attributes: {},
        },
      ],
      nextCursor: expect.stringMatching(/^1[A-Za-z0-9_-]+$/),
      from: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
      to: null,
      completeness: { storedUntil: null, waiting: null },
      partial: null,
      warnings: [{ code: 'no_collector', message: expect.any(String) }],
      stats: { chunksRead: expect.any(Number), recordsScanned: expect.any(Number), elapsedMs: expect.any(Number) },
    });
  });

  it('leads through all pages, each record once, to the null that is the end', async () => {
    const bodies: string[] = [];
    let cursor = '';
    do {
      const { body } = await get(`/api/v1/logs?limit=60&service=shop&from=12h&order=asc${cursor}`);
      bodies.push(...body.records.map(({ body: text }) => text));
      cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
    } while (cursor !== '');
    expect(bodies).toEqual(Array.from({ length: 250 }, (_, i) => `line ${249 - i}`));
  });

  it('takes a limit of 100 unless told otherwise, and 5000 at most', async () => {
    expect((await get('/api/v1/logs')).body.records).toHaveLength(100);
    expect((await get('/api/v1/logs?limit=5000')).body.records).toHaveLength(251);
    expect((await get('/api/v1/logs?limit=5001')).status).toBe(400);
  });

  it('keeps an attribute of any name', async () => {
    const { body } = await get('/api/v1/logs?from=10d&q=old&attribute=__proto__=x&attribute=n=1');
    expect(JSON.stringify(body.records[0]?.attributes)).toBe('{"__proto__":"x","n":1}');
  });

  it('reads a plus that nobody escaped', async () => {
    const at = (time: number) => new Date(time / 1_000 + 3_600_000).toISOString().slice(0, -1);
    const { body } = await get(`/api/v1/logs?from=${at(NOW - 2 * MINUTE_US)}+01:00&to=${at(NOW)}+01:00&service=shop`);
    expect(body.records.map(({ body: text }) => text)).toEqual(['line 1', 'line 2']);
  });

  it('says what a person should know of the answer', async () => {
    const { body } = await get('/api/v1/logs?from=30d&severity=info&minSeverity=error');
    const codes = body.warnings.map(({ code }) => code);
    expect(codes).toEqual(['beyond_retention', 'nothing_can_match', 'no_collector']);
    expect(body).toMatchObject({ records: [], nextCursor: null });
  });

  it('says how complete it is', async () => {
    const at = Date.now() * 1_000;
    const heartbeat = {
      at,
      oldestInHand: at - 3_000_000,
      newestDelivered: at,
      ready: 4,
      inHand: 2,
      seenAt: new Date(),
    };
    const heartbeats = store.test.db.collection<{ _id: string }>(HEARTBEATS);
    await heartbeats.insertOne({ _id: 'c1', ...heartbeat });
    const { body } = await get('/api/v1/logs?limit=1');
    await heartbeats.deleteMany({});
    const storedUntil = new Date((at - 3_000_000) / 1_000).toISOString().replace('Z', '000Z');
    expect(body.completeness).toEqual({ storedUntil, waiting: { messages: 4, inHand: 2 } });
    expect(body.warnings).toEqual([]);
  });

  it.each([
    ['limit=0', 'limit', '0', /whole number from 1 to 5000/],
    ['limit=ten', 'limit', 'ten', /whole number from 1 to 5000/],
    ['limit=1.5', 'limit', '1.5', /whole number/],
    ['limit=', 'limit', '', /whole number/],
    ['limit=1&limit=2', 'limit', ['1', '2'], /given once/],
    ['order=up', 'order', 'up', /desc, asc/],
    ['severity=loud', 'severity', 'loud', /trace, debug, info, warn, error, fatal/],
    ['minSeverity=loud', 'minSeverity', 'loud', /trace/],
    ['from=soon', 'from', 'soon', /ISO 8601/],
    ['from=1h&to=2h', 'from', '1h', /before "to"/],
    ['q=', 'q', '', /no word/],
    ['q=%22a', 'q', '"a', /quote is not closed/],
    ['q=a&q=b', 'q', ['a', 'b'], /given once/],
    ['attribute=a', 'attribute', 'a', /name=value/],
    ['attribute=a%3E%3D5', 'attribute', 'a>=5', /reserved/],
    ['service=', 'service', '', /name of a service/],
    ['cursor=x', 'cursor', 'x', /nextCursor/],
    ['cursor=', 'cursor', '', /nextCursor/],
    ['page=2', 'page', '2', /only the parameters service, from, /],
    ['Service=a', 'Service', 'a', /only the parameters/],
    ['service[a]=b', 'service[a]', 'b', /only the parameters/],
    ['__proto__=1', '__proto__', '1', /only the parameters/],
  ])('refuses ?%s, naming %s', async (query, parameter, given, allowed) => {
    const { status, body } = await get(`/api/v1/logs?${query}`);
    expect(status).toBe(400);
    expect(body).toEqual({
      statusCode: 400,
      code: 'invalid_parameter',
      message: expect.stringContaining(parameter),
      details: [{ parameter, given, allowed: expect.stringMatching(allowed) }],
    });
  });

  it('refuses a cursor with other filters', async () => {
    const { body } = await get('/api/v1/logs?limit=1&service=shop');
    const other = await get(`/api/v1/logs?limit=1&service=pay&cursor=${body.nextCursor}`);
    expect(other).toMatchObject({ status: 400, body: { details: [{ parameter: 'cursor' }] } });
  });
});

describe('the short paths', () => {
  const odd = encodeURIComponent(ODD);
  it.each([
    [`/logs/${odd}`, ['odd']],
    [`/logs/${odd}/error`, ['odd']],
    [`/logs/${odd}/ERR`, ['odd']],
    [`/logs/${odd}/info`, []],
    ['/logs/shop?limit=2', ['line 0', 'line 1']],
    ['/logs/shop?limit=1&minSeverity=error', []],
    ['/logs/shop/info?limit=1&order=asc&q=line', ['line 249']],
    ['/logs/shop/info,error?limit=1', ['line 0']],
    ['/logs/nobody', []],
  ])('GET %s', async (path, expected) => {
    const { status, body } = await get(path);
    expect([status, body.records.map(({ body: text }) => text)]).toEqual([200, expected]);
  });

  it('answer the same as the long one, and take its cursors', async () => {
    const short = await get('/logs/shop/info?limit=3&from=5h&to=2099-01-01');
    const long = await get('/api/v1/logs?service=shop&severity=info&limit=3&from=5h&to=2099-01-01');
    expect(short.body.records).toEqual(long.body.records);
    expect(Object.keys(short.body).sort()).toEqual(Object.keys(long.body).sort());
    const next = await get(`/logs/shop/info?limit=3&cursor=${long.body.nextCursor}`);
    expect(next.body.records[0]?.body).toBe('line 3');
  });

  it.each([
    ['/logs/shop/loud', 'severity'],
    ['/logs/%20', 'service'],
    ['/logs/shop?service=pay', 'service'],
    ['/logs/shop/info?severity=error', 'severity'],
    ['/logs/shop/info?minSeverity=error', 'minSeverity'],
  ])('GET %s is refused, naming %s', async (path, parameter) => {
    expect(await get(path)).toMatchObject({
      status: 400,
      body: { code: 'invalid_parameter', details: [{ parameter }] },
    });
  });

  it('refuse a path that is no UTF-8', async () => {
    expect(await get('/logs/%ff')).toMatchObject({ status: 400, body: { code: 'invalid_parameter' } });
  });
});

describe('GET /api/v1/logs/:id', () => {
  it('finds every record by its id', async () => {
    const { body } = await get('/api/v1/logs?limit=20');
    for (const record of body.records) {
      expect(await get(`/api/v1/logs/${record.id}`)).toMatchObject({ status: 200, body: { record } });
    }
  });

  it.each(['x', '1', 'histograms', '2AAZg7W5EgAAEiVfcGk8XDpMzB0iKY2hlY2tvdXQ', '1'.repeat(40)])(
    'refuses %s, which is none',
    async (id) => {
      expect(await get(`/api/v1/logs/${id}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid_parameter', details: [{ parameter: 'id', given: id }] },
      });
    },
  );

  it('knows no record of a sound id that is not stored', async () => {
    const { body } = await get('/api/v1/logs?limit=1&service=shop');
    const known = body.records[0]?.id ?? '';
    const id = `${known.slice(0, 20)}AAAA${known.slice(24)}`;
    expect(await get(`/api/v1/logs/${id}`)).toMatchObject({
      status: 404,
      body: { statusCode: 404, code: 'not_found' },
    });
  });

  it('takes no parameters', async () => {
    expect((await get('/api/v1/logs/x?limit=1')).body.details).toMatchObject([{ parameter: 'limit' }]);
  });
});

describe('GET /api/v1/logs/histogram', () => {
  it('adds up to what paging returns, every bucket in its place', async () => {
    const { status, body } = await get('/api/v1/logs/histogram?interval=15m&from=5h&groupBy=service');
    const paged = await get('/api/v1/logs?from=5h&limit=5000');
    expect(status).toBe(200);
    expect(body).toMatchObject({ interval: '15m', to: null, partial: null });
    expect(body.stats.chunksRead).toBeGreaterThan(0);
    const starts: number[] = body.buckets.map(({ start }) => Date.parse(start) / 900_000);
    expect(starts).toEqual(Array.from({ length: starts.length }, (_, i) => (starts[0] ?? NaN) + i));
    expect(starts[0]).toBe(Math.floor(Date.parse(body.from) / 900_000));
    expect(starts.at(-1)).toBe(Math.floor(Date.now() / 900_000));
    const sums: Record<string, number> = {};
    for (const { total, counts, other } of body.buckets) {
      expect(Object.values<number>(counts).reduce((a, b) => a + b, other)).toBe(total);
      for (const [group, count] of Object.entries<number>(counts)) sums[group] = (sums[group] ?? 0) + count;
    }
    expect(sums).toEqual({ shop: 250, [ODD]: 1 });
    expect(paged.body.records).toHaveLength(251);
  });

  it('chooses an interval and groups by severity when nothing is said', async () => {
    const { body } = await get('/api/v1/logs/histogram');
    expect(body.interval).toBe('15m');
    expect([96, 97]).toContain(body.buckets.length);
    const errors = body.buckets.filter(({ counts }) => 'error' in counts);
    expect(errors).toHaveLength(1);
  });

  it('goes on to the newest hit where that is ahead of now', async () => {
    const ahead = aRecord({ timestamp: NOW + 600 * MINUTE_US, service: 'ahead' });
    await store.add([ahead]);
    const hit = await get('/api/v1/logs/histogram?interval=1h&service=ahead');
    const miss = await get('/api/v1/logs/histogram?interval=1h&service=ahead&q=absent');
    await store.chunks.native.deleteOne({ service: 'ahead' });
    const last = (answer: Answered) => Math.floor(Date.parse(answer.body.buckets.at(-1)?.start ?? '') / 3_600_000);
    expect(last(hit)).toBe(Math.floor(ahead.timestamp / 3_600_000_000));
    expect(last(miss)).toBe(Math.floor(Date.now() / 3_600_000));
  });

  it('gives no more than the range when it has an end', async () => {
    const { body } = await get('/api/v1/logs/histogram?interval=1d&from=2026-11-01&to=2026-11-03');
    expect(body.buckets.map(({ start }) => start)).toEqual([
      '2026-11-01T00:00:00.000000Z',
      '2026-11-02T00:00:00.000000Z',
    ]);
  });

  it.each([
    ['interval=7m', 'interval', /1s to 1d/],
    ['interval=1s&from=24h', 'interval', /at least 1m/],
    ['groupBy=host', 'groupBy', /severity, service, none/],
    ['limit=5', 'limit', /only the parameters/],
    ['order=asc', 'order', /only the parameters/],
    ['from=soon', 'from', /ISO 8601/],
  ])('refuses ?%s, naming %s', async (query, parameter, allowed) => {
    const { status, body } = await get(`/api/v1/logs/histogram?${query}`);
    expect(status).toBe(400);
    expect(body.details).toEqual([{ parameter, given: expect.anything(), allowed: expect.stringMatching(allowed) }]);
  });
});

describe('GET /api/v1/dead-letters', () => {
  const rejectedAt = Date.now(); // what lies further back may expire in the midst of a test
  beforeAll(async () => {
    const letters = Array.from({ length: 5 }, (_, i) => ({
      _id: `019ab3c4-d5e6-7f80-91a2-b3c4d5e6f70${i}:-1`,
      at: new Date(rejectedAt + i),
      reason: 'malformed',
      message: `wrong ${i}`,
      routingKey: 'shop.info',
      headers: '{"count":1}',
      body: new mongo.Binary(Buffer.from([0, 255, i])),
      bodyLength: 3,
      sha256: '00'.repeat(32),
    }));
    await store.test.db.collection<{ _id: string }>(DEAD_LETTERS).insertMany(letters);
  });

  it('gives them newest first, page by page', async () => {
    const first = await get('/api/v1/dead-letters?limit=3');
    const second = await get(`/api/v1/dead-letters?limit=3&cursor=${first.body.nextCursor}`);
    expect(first.body.deadLetters[0]).toEqual({
      id: '019ab3c4-d5e6-7f80-91a2-b3c4d5e6f704:-1',
      at: new Date(rejectedAt + 4).toISOString().replace('Z', '000Z'),
      reason: 'malformed',
      message: 'wrong 4',
      routingKey: 'shop.info',
      headers: { count: 1 },
      body: 'AP8E',
      bodyLength: 3,
      sha256: '00'.repeat(32),
    });
    const messages = [first, second].flatMap(({ body }) => body.deadLetters.map(({ message }) => message));
    expect(messages).toEqual(['wrong 4', 'wrong 3', 'wrong 2', 'wrong 1', 'wrong 0']);
    expect(second.body.nextCursor).toBeNull();
  });

  it.each([
    ['limit=0', 'limit'],
    ['cursor=x', 'cursor'],
    ['service=shop', 'service'],
  ])('refuses ?%s', async (query, parameter) => {
    expect(await get(`/api/v1/dead-letters?${query}`)).toMatchObject({
      status: 400,
      body: { code: 'invalid_parameter', details: [{ parameter }] },
    });
  });
});

describe('many searches at once', () => {
  it('some are answered, the others told to come again', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => get('/api/v1/logs?q=line&limit=5000')));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(2);
    expect(refused.length).toBeGreaterThan(0);
    for (const { headers, body } of refused) {
      expect(headers.get('retry-after')).toBe('1');
      expect(body).toEqual({ statusCode: 429, code: 'too_busy', message: expect.stringContaining('2 searches') });
    }
    expect((await get('/api/v1/logs')).status).toBe(200);
  });

  it('one that nobody waits for any more is given up, and counted as such', async () => {
    const aborted = () => app.telemetry.registry.metrics().then((text) => /outcome="aborted"} (\d+)/.exec(text)?.[1]);
    await eventually(async () => {
      const client = new AbortController();
      const answer = fetch(`${app.url}/api/v1/logs?q=line`, { signal: client.signal });
      const arrived = app.telemetry.registry.getSingleMetric('logwarren_searches_total') !== undefined;
      setImmediate(() => setImmediate(() => client.abort()));
      await answer.catch(() => undefined);
      return arrived && (await aborted());
    });
    await eventually(async () => (await get('/api/v1/logs')).status === 200);
  });
});

it('counts searches by how they ended, in metrics that keep the rules', async () => {
  await get('/api/v1/logs');
  const text = await app.telemetry.registry.metrics();
  expect(text).toMatch(/logwarren_searches_total{kind="page",outcome="complete"} [1-9]/);
  expect(text).toMatch(/logwarren_searches_total{kind="page",outcome="too_busy"} [1-9]/);
  expect(text).toMatch(/logwarren_search_duration_seconds_count{kind="histogram"} [1-9]/);
  expect(text).toMatch(/logwarren_search_records_scanned_total [1-9]/);
  expect(text).toMatch(/logwarren_search_chunks_read_total [1-9]/);
  expect(metricProblems(app.telemetry.registry)).toEqual([]);
});

describe('the OpenAPI document', () => {
  const ERRORS = [400, 401, 429, 503];
  const PATHS: [string, number[]][] = [
    ['/api/v1/logs', ERRORS],
    ['/api/v1/logs/histogram', ERRORS],
    ['/api/v1/logs/{id}', [...ERRORS, 404]],
    ['/logs/{service}', ERRORS],
    ['/logs/{service}/{severity}', ERRORS],
    ['/api/v1/dead-letters', ERRORS],
  ];

  it.each(PATHS)('%s: every parameter has an example, every answer a type', (path, errors) => {
    const { paths, components } = openApiDocument(app.app);
    const operation = paths[path]?.get;
    for (const parameter of operation?.parameters ?? []) {
      expect(parameter).toMatchObject({ name: expect.any(String), description: expect.stringMatching(/\.$/) });
      const shown = { ...('schema' in parameter ? parameter.schema : {}), ...parameter };
      expect([shown, 'example' in shown || 'examples' in shown]).toEqual([shown, true]);
    }
    const responses = Object.entries(operation?.responses ?? {});
    expect(responses.map(([status]) => Number(status)).sort()).toEqual([200, ...errors].sort());
    for (const [, response] of responses) {
      const [, name] = /#\/components\/schemas\/(\w+)/.exec(JSON.stringify(response)) ?? [];
      expect(components?.schemas).toHaveProperty(name ?? 'no schema');
    }
  });

  it('describes what the answers really hold', async () => {
    const { components } = openApiDocument(app.app);
    const described = (name: string): string[] => {
      const schema = components?.schemas?.[name];
      return schema !== undefined && 'properties' in schema ? Object.keys(schema.properties ?? {}).sort() : [];
    };
    const page = (await get('/api/v1/logs?limit=1')).body;
    const histogram = (await get('/api/v1/logs/histogram')).body;
    const letters = (await get('/api/v1/dead-letters')).body;
    const held: [string, object | undefined][] = [
      ['LogsAnswer', page],
      ['RecordAnswer', page.records[0]],
      ['StatsAnswer', page.stats],
      ['CompletenessAnswer', page.completeness],
      ['WarningAnswer', page.warnings[0]],
      ['HistogramAnswer', histogram],
      ['BucketAnswer', histogram.buckets[0]],
      ['DeadLettersAnswer', letters],
      ['DeadLetterAnswer', letters.deadLetters[0]],
    ];
    for (const [name, answer] of held)
      expect([name, described(name)]).toEqual([name, Object.keys(answer ?? {}).sort()]);
  });
});
