import { connect, type Socket } from 'node:net';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { type IngestApp, startIngestApp } from '../../../../test/support/ingest-app';
import type { LogRecord } from '../../../log/log-record';
import { parseIsoTime } from '../../../log/timestamp';

const NOW = parseIsoTime('2026-11-23 12:00:00')?.timestamp ?? NaN;
const LINE = '2026-11-23 10:00:00 shop INFO hello';
const MIB = 1024 * 1024;
/** Sent as bytes, so that fetch adds no content type of its own. */
const bytes = (text: string | Buffer): Buffer => Buffer.from(text);
const allAccepted = (accepted: number): object => ({ accepted, rejected: 0, errors: [] });

function connectTo({ http }: IngestApp): Socket {
  const socket = connect(Number(new URL(http.url).port), '127.0.0.1');
  socket.on('error', () => socket.destroy()); // being cut off is one of the things looked for
  return socket;
}

/** After it the other side closes. */
const LAST_REQUEST = 'GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';

/** All that comes until the other side closes. */
async function textOf(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

describe('POST /ingest', () => {
  let app: IngestApp;

  beforeEach(async () => {
    app = await startIngestApp(NOW, {
      INGEST_MAX_BODY_MB: '2',
      INGEST_MAX_INFLATED_MB: '4',
      INGEST_CONFIRM_TIMEOUT_MS: '200',
    });
  });

  afterEach(async () => {
    await app.http.close();
  });

  const published = (): LogRecord[] =>
    app.publisher.records.map((one) => ({ ...one, attributes: { ...one.attributes } }));
  const onlyRecord = (): LogRecord => {
    const [record, ...others] = published();
    if (record === undefined || others.length > 0) throw new Error(`${others.length + 1} records instead of one`);
    return record;
  };

  describe('what is sent', () => {
    const json = { 'content-type': 'application/json' };
    const ndjson = { 'content-type': 'application/x-ndjson' };
    const form = { 'content-type': 'application/x-www-form-urlencoded' };

    it.each<[string, Record<string, string>, string, string[]]>([
      ['lines without a type', {}, `${LINE}\nanother\r\n\n\nlast`, ['hello', 'another', 'last']],
      ['lines as text', { 'content-type': 'text/plain' }, `${LINE}\n`, ['hello']],
      ['lines labelled as a form, as curl does', form, `${LINE}\na=b&c=d`, ['hello', 'a=b&c=d']],
      [
        'lines that begin with [',
        form,
        '[Sun Dec 04 2005] [notice] one\n[17] two',
        ['[Sun Dec 04 2005] [notice] one', '[17] two'],
      ],
      ['lines, JSON among them', {}, `${LINE}\n{"msg":"two"}\n{not json}`, ['hello', 'two', '{not json}']],
      ['lines after a byte order mark', {}, `\ufeff${LINE}`, ['hello']],
      ['an object', json, '{"msg":"a"}', ['a']],
      ['an object over several lines', {}, '{\n  "msg": "a",\n  "n": 1\n}\n', ['a']],
      ['an object after white space and a byte order mark', json, '\ufeff \n{"msg":"a"}', ['a']],
      ['an array', json, '[{"msg":"a"},{"message":"b"}]', ['a', 'b']],
      ['an array without a type', {}, ' [ {"msg":"a"} ]', ['a']],
      ['a batch', json, '{"logs":[{"msg":"a"},{"body":"b"}]}', ['a', 'b']],
      ['a record with an attribute logs', json, '{"msg":"a","logs":[1]}', ['a']],
      ['NDJSON', ndjson, '{"msg":"a"}\n\n  \n{"msg":"b"}', ['a', 'b']],
      ['NDJSON without a type', {}, '{"msg":"a"}\n{"msg":"b"}\n', ['a', 'b']],
      ['NDJSON labelled JSON', json, '{"msg":"a"}\r\n{"msg":"b"}\r\n', ['a', 'b']],
      [
        'NDJSON labelled in another way',
        { 'content-type': 'application/vnd.elasticsearch+x-ndjson;v=8' },
        '{"log":"a"}',
        ['a'],
      ],
    ])('takes %s', async (_caption, headers, body, bodies) => {
      const answer = await app.post(bytes(body), headers);
      expect(answer).toMatchObject({ status: 200, body: allAccepted(bodies.length) });
      expect(published().map((record) => record.body)).toEqual(bodies);
    });

    it.each<[string, Record<string, string>, string]>([
      ['no bytes', {}, ''],
      ['empty lines', { 'content-type': 'text/plain' }, '\r\n\n \n'],
      ['an empty array', json, '[]'],
      ['an empty batch', json, '{"logs":[]}'],
      ['white space as JSON', json, ' \n'],
      ['no bytes as gzip', { 'content-encoding': 'gzip' }, ''],
    ])('answers 200 to nothing: %s', async (_caption, headers, body) => {
      app.publisher.mayPublish = false;
      expect(await app.post(bytes(body), headers)).toMatchObject({ status: 200, body: allAccepted(0) });
    });

    it('answers 200 to a request without a body', async () => {
      expect(await app.post(undefined)).toMatchObject({ status: 200, body: allAccepted(0) });
    });

    it.each<[string, string, Buffer]>([
      ['gzip', 'gzip', gzipSync(LINE)],
      ['two gzip members', 'gzip', Buffer.concat([gzipSync(`${LINE}\n`), gzipSync('')])],
      ['x-gzip in capitals', 'X-GZIP', gzipSync(LINE)],
      ['deflate as zlib', 'deflate', deflateSync(LINE)],
      ['deflate without zlib', 'deflate', deflateRawSync(LINE)],
      ['zlib that says gzip', 'gzip', deflateSync(LINE)],
      ['zlib that says both, as graypy does', 'gzip,deflate', deflateSync(LINE)],
      ['gzip that says deflate', 'deflate', gzipSync(LINE)],
      ['gzip that says nothing', 'identity', gzipSync(LINE)],
    ])('inflates %s', async (_caption, encoding, body) => {
      expect(await app.post(body, { 'content-encoding': encoding })).toMatchObject({
        status: 200,
        body: allAccepted(1),
      });
      expect(onlyRecord().body).toBe('hello');
    });
  });

  describe('defaults', () => {
    it.each<[string, string, Record<string, string>, Partial<LogRecord>]>([
      ['none', '', {}, { service: 'unknown', severity: 'info' }],
      ['by query', '?service=my%20shop&severity=WARNING', {}, { service: 'my shop', severity: 'warn' }],
      ['by header', '', { 'X-Service': 'shop', 'X-Severity': 'debug' }, { service: 'shop', severity: 'debug' }],
      ['query before header', '?service=a', { 'X-Service': 'b' }, { service: 'a' }],
      [
        'as syslog-ng sends them',
        '',
        { 'X-Syslog-Program': 'sshd', 'X-Syslog-Level': 'crit', 'X-Syslog-Host': 'web01', 'X-Syslog-Facility': 'auth' },
        { service: 'sshd', severity: 'fatal', attributes: { 'host.name': 'web01', 'syslog.facility': 'auth' } },
      ],
      ['empty ones', '?service=&severity=', { 'X-Service': ' ' }, { service: 'unknown', severity: 'info' }],
    ])('%s', async (_caption, query, headers, expected) => {
      expect((await app.post(bytes('text'), headers, query)).status).toBe(200);
      expect(onlyRecord()).toMatchObject({ body: 'text', ...expected });
    });

    it('does not outrank what a record says', async () => {
      await app.post(bytes(LINE), {}, '?service=other&severity=error');
      expect(onlyRecord()).toMatchObject({ service: 'shop', severity: 'info' });
    });

    it.each([
      ['?severity=loud', 'severity'],
      ['?sevice=shop', 'sevice'],
      ['?service=a&service=b', 'service'],
    ])('refuses %s', async (query, parameter) => {
      app.publisher.mayPublish = false;
      const answer = await app.post(bytes(LINE), {}, query);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ code: 'invalid_parameter', message: expect.stringContaining(parameter) });
    });

    it('refuses a header that is no severity', async () => {
      const answer = await app.post(bytes(LINE), { 'X-Severity': 'loud' });
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_parameter' } });
    });
  });

  describe('bad input', () => {
    it('keeps the bytes of lines that are no UTF-8', async () => {
      const latin1 = Buffer.from('caf\xe9\n', 'latin1');
      await app.post(Buffer.concat([bytes('grün\n'), latin1]));
      expect(published()).toMatchObject([
        { body: 'grün', attributes: {} },
        { body: 'café', attributes: { encoding: 'latin1' } },
      ]);
    });

    it.each(['application/json', 'application/x-ndjson'])('keeps the bytes of %s that is no UTF-8', async (type) => {
      await app.post(Buffer.from('{"msg":"caf\xe9"}', 'latin1'), { 'content-type': type });
      expect(onlyRecord()).toMatchObject({ body: 'café', attributes: { encoding: 'latin1' } });
    });

    it('keeps NUL bytes', async () => {
      await app.post(bytes('a\0b\n\0\n'));
      expect(published().map(({ body }) => body)).toEqual(['a\0b', '\0']);
    });

    it('cuts a line of 1 MB and says so', async () => {
      expect((await app.post(bytes(`2026-11-23 10:00:00 shop INFO ${'é'.repeat(500_000)}`))).status).toBe(200);
      const { body, attributes } = onlyRecord();
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(256 * 1024);
      expect(attributes).toEqual({ truncated_from: 1_000_000 });
    });

    it('cuts a JSON body of 1 MB and keeps its attributes', async () => {
      await app.post(JSON.stringify({ msg: 'x'.repeat(1_000_000), user: 7 }));
      expect(onlyRecord().attributes).toEqual({ user: 7, truncated_from: 1_000_000 });
    });

    it.each<[string, string, string]>([
      ['spaces', 'my shop', 'my shop'],
      ['dots', 'com.example.shop', 'com.example.shop'],
      ['the characters of patterns', '#.*', '#.*'],
      ['300 characters', 's'.repeat(300), 's'.repeat(300)],
      ['emoji', '🦊🛒', '🦊🛒'],
      ['white space only', '  ', 'unknown'],
    ])('takes a service of %s', async (_caption, service, expected) => {
      await app.post(
        JSON.stringify([
          { msg: 'a', service },
          { msg: 'b', 'service.name': service },
        ]),
      );
      expect(published().map((record) => record.service)).toEqual([expected, expected]);
    });

    it.each(['1970-01-01T00:00:00Z', '2026-11-13T11:59:59.999Z'])('refuses the time %s', async (time) => {
      app.publisher.mayPublish = false;
      const answer = await app.post(JSON.stringify({ time, msg: 'x' }));
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual({
        accepted: 0,
        rejected: 1,
        errors: [{ index: 0, code: 'too_old', message: expect.stringContaining('before 2026-11-13T12:00:00') }],
      });
    });

    it.each(['2099-01-01T00:00:00Z', 'yesterday', '2026-02-30 10:00:00', ''])(
      'uses the time of reading instead of %j and keeps what was given',
      async (time) => {
        await app.post(JSON.stringify({ time, msg: 'x' }));
        expect(onlyRecord()).toMatchObject({ timestamp: NOW, attributes: { original_timestamp: time } });
      },
    );

    it('takes an unknown severity as info and keeps the word', async () => {
      await app.post(JSON.stringify({ level: 'loud', msg: 'x' }), {}, '?severity=error');
      expect(onlyRecord()).toMatchObject({ severity: 'info', attributes: { severity_text: 'loud' } });
    });

    it('takes an attribute named __proto__ for a name like any other', async () => {
      await app.post('{"msg":"x","__proto__":{"polluted":1},"constructor":"c"}');
      expect(Object.entries(app.publisher.records[0]?.attributes ?? {})).toEqual([
        ['__proto__.polluted', 1],
        ['constructor', 'c'],
      ]);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    });

    it.each<[string, Record<string, string>, string]>([
      ['an object', { 'content-type': 'application/json' }, '{"msg":"a","user":{"id'],
      ['an object without a type', {}, '{"msg":"a","user":{"id'],
      ['an object over several lines', {}, '{\n"msg":"a",\n"user"'],
      ['an array', {}, '[{"msg":"a"},{"msg":"b"'],
      ['an array over several lines', {}, '[\n{"msg":"a"},\n{"msg":"b"}\n'],
      ['a batch', {}, '{"logs":[{"msg":"a"},{"m'],
      ['no document at all', { 'content-type': 'application/json' }, 'hello'],
      ['a document that holds no record', { 'content-type': 'application/json' }, '"hello"'],
    ])('refuses JSON that ends in the middle: %s', async (_caption, headers, body) => {
      app.publisher.mayPublish = false;
      const answer = await app.post(bytes(body), headers);
      expect(answer.status).toBe(400);
      expect(answer.body).toEqual({
        accepted: 0,
        rejected: 1,
        errors: [{ index: -1, code: 'malformed', message: expect.stringMatching(/JSON/) }],
      });
    });

    it('tells the broken line of NDJSON and takes the others', async () => {
      const body = '{"msg":"a"}\n\n{"msg":"b","us\n[]\n{}\nplain\n{"msg":"c"}\n';
      const answer = await app.post(bytes(body), { 'content-type': 'application/x-ndjson' });
      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({
        accepted: 2,
        rejected: 4,
        errors: [
          { index: 1, code: 'malformed' },
          { index: 2, code: 'malformed' },
          { index: 3, code: 'empty' },
          { index: 4, code: 'malformed' },
        ],
      });
      expect(published().map((record) => record.body)).toEqual(['a', 'c']);
    });

    it('tells the first 100 rejected items and counts the others', async () => {
      const answer = await app.post(`[${'7,'.repeat(249)}{"msg":"x"}]`);
      expect(answer).toMatchObject({ status: 200, body: { accepted: 1, rejected: 249 } });
      const { errors } = answer.body as { errors: { index: number }[] };
      expect(errors.map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    });

    it('refuses JSON nested a million times', async () => {
      const answer = await app.post(bytes(`{"a":${'['.repeat(500_000)}${']'.repeat(500_000)}}`));
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ code: 'malformed' }] } });
    });
  });

  describe('limits and encodings', () => {
    const refuses = async (
      body: Buffer,
      headers: Record<string, string>,
      status: number,
      code: string,
    ): Promise<void> => {
      app.publisher.mayPublish = false;
      const answer = await app.post(body, headers);
      expect(answer).toMatchObject({ status, body: { statusCode: status, code } });
    };

    it('refuses a body that is too large', async () => {
      await refuses(Buffer.alloc(2 * MIB + 1, 'x\n'), {}, 413, 'too_large');
    });

    it('refuses a body that is too large and did not say so', async () => {
      app.publisher.mayPublish = false;
      const socket = connectTo(app);
      const answers = textOf(socket);
      socket.write('POST /ingest HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
      for (let i = 0; i < 5; i++) socket.write(`${MIB.toString(16)}\r\n${'x'.repeat(MIB)}\r\n`);
      socket.write(`0\r\n\r\n${LAST_REQUEST}`);
      expect(await answers).toMatch(/^HTTP\/1\.1 413 .*"code":"too_large"/s);
    });

    it('refuses a body that inflates to too much, without the memory for it', async () => {
      const bomb = gzipSync(Buffer.alloc(512 * MIB)); // half a megabyte
      const before = process.memoryUsage().rss;
      await refuses(bomb, { 'content-encoding': 'gzip' }, 413, 'too_large');
      expect(process.memoryUsage().rss - before).toBeLessThan(128 * MIB);
    });

    it.each(['br', 'compress', 'gzip, zstd'])('refuses Content-Encoding %s', async (encoding) => {
      await refuses(bytes(LINE), { 'content-encoding': encoding }, 415, 'unsupported');
    });

    it.each(['application/x-protobuf', 'application/msgpack', 'multipart/form-data; boundary=x', 'image/png'])(
      'refuses Content-Type %s',
      async (type) => {
        await refuses(bytes(LINE), { 'content-type': type }, 415, 'unsupported');
      },
    );

    it.each<[string, Buffer]>([
      ['cut gzip', gzipSync(LINE.repeat(100)).subarray(0, 60)],
      ['gzip with a wrong checksum', Buffer.concat([gzipSync(LINE).subarray(0, -8), Buffer.alloc(8)])],
      ['what is no gzip', bytes(LINE)],
    ])('answers 400 to %s', async (_caption, body) => {
      app.publisher.mayPublish = false;
      const answer = await app.post(body, { 'content-encoding': 'gzip' });
      expect(answer).toMatchObject({
        status: 400,
        body: { accepted: 0, rejected: 1, errors: [{ index: -1, code: 'malformed' }] },
      });
    });

    it('lets a refused body pass by, so that the connection serves the next request', async () => {
      const socket = connectTo(app);
      const answers = textOf(socket);
      socket.write(`POST /ingest HTTP/1.1\r\nHost: x\r\nContent-Length: ${3 * MIB}\r\n\r\n`);
      socket.write(Buffer.alloc(3 * MIB, 'x\n'));
      socket.write(LAST_REQUEST);
      expect((await answers).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
    });

    it('cuts off a client that goes on sending far too much', async () => {
      const socket = connectTo(app);
      socket.write('POST /ingest HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n');
      const chunk = Buffer.alloc(MIB, 'x\n');
      const sendOn = (): boolean => socket.writable && socket.write(chunk, () => sendOn());
      sendOn();
      await new Promise((resolve) => socket.once('close', resolve));
      expect(socket.bytesWritten).toBeLessThan(64 * MIB);
    });

    it('cuts off a refused client that leaves its body unfinished', async () => {
      const socket = connectTo(app);
      socket.write(`POST /ingest HTTP/1.1\r\nHost: x\r\nContent-Length: ${3 * MIB}\r\n\r\nbegun`);
      expect(await textOf(socket)).toMatch(/^HTTP\/1\.1 413 /); // textOf ends with the connection
    });

    it('lives on when a client goes away in the middle of its body', async () => {
      const socket = connectTo(app);
      socket.write(`POST /ingest HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n${LINE}\n`);
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.destroy();
      expect(await app.post(bytes('after'))).toMatchObject({ status: 200 });
      expect(onlyRecord().body).toBe('after');
    });
  });

  describe('when the broker does not take it', () => {
    it('answers 503 while the broker is away, and publishes nothing', async () => {
      app.publisher.isConnected = false;
      app.publisher.mayPublish = false;
      const answer = await app.post(bytes(LINE));
      expect(answer).toMatchObject({
        status: 503,
        body: { code: 'broker_unavailable', message: expect.stringContaining('nothing of this request was sent on') },
      });
      expect(answer.headers.get('retry-after')).toBe('1');
    });

    it('answers 429 while too much is in flight, and publishes nothing', async () => {
      app.publisher.fill();
      app.publisher.mayPublish = false;
      const answer = await app.post(bytes(LINE));
      expect(answer).toMatchObject({ status: 429, body: { code: 'too_busy' } });
      expect(answer.headers.get('retry-after')).toBe('1');
    });

    it('answers 503 when the broker does not confirm in time, and says that the outcome is open', async () => {
      app.publisher.outcome = 'unconfirmed';
      const answer = await app.post(bytes(LINE));
      expect(answer).toMatchObject({
        status: 503,
        body: { code: 'broker_unavailable', message: expect.stringContaining('may still be stored') },
      });
      expect(published()).toHaveLength(1);
    });

    it('answers 503 when the process stops meanwhile', async () => {
      app.publisher.outcome = 'stopped';
      expect(await app.post(bytes(LINE))).toMatchObject({ status: 503, body: { code: 'broker_unavailable' } });
    });

    it('hands a large request over in slices, in order', async () => {
      const lines = Array.from({ length: 5_000 }, (_, i) => `line ${i}`);
      expect(await app.post(lines.join('\n'))).toMatchObject({ status: 200, body: allAccepted(5_000) });
      expect(published().map((record) => record.body)).toEqual(lines);
      expect(Math.max(...app.publisher.calls)).toBeLessThanOrEqual(2_000);
    });
  });

  it('counts what it takes and what it refuses', async () => {
    await app.post(bytes('{"msg":"a","level":"loud"}\n{\n'), { 'content-type': 'application/x-ndjson' });
    await app.post(bytes(LINE), { 'content-encoding': 'br' });
    const metrics = await app.http.telemetry.registry.metrics();
    expect(metrics).toContain('logwarren_source_records_accepted_total{input="http"} 1');
    expect(metrics).toContain('logwarren_source_records_rejected_total{input="http",reason="malformed"} 1');
    expect(metrics).toContain('logwarren_source_unknown_severities_total{input="http"} 1');
    expect(metrics).toContain('logwarren_ingest_requests_refused_total{code="unsupported"} 1');
  });

  it('makes a record of now of what the documentation page fills in, each time it is sent', async () => {
    interface Documented {
      parameters: { name: string; examples?: Record<string, { value: unknown }> }[];
      requestBody: { content: Record<string, { examples: Record<string, { value: unknown }> }> };
    }
    const response = await fetch(`${app.http.url}/docs-json`);
    const { paths } = (await response.json()) as { paths: Record<string, { post: Documented }> };
    const { parameters, requestBody } = paths['/ingest']?.post ?? { parameters: [], requestBody: { content: {} } };
    const first = (given: Record<string, { value: unknown }> = {}): unknown => Object.values(given)[0]?.value;
    expect(parameters.map(({ examples }) => first(examples))).toEqual(['', '', '', '', '']); // which it does not send
    for (const [type, { examples }] of Object.entries(requestBody.content)) {
      const body = first(examples);
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      for (let time = 0; time < 2; time++) {
        const before = app.publisher.records.length;
        expect(await app.post(bytes(text), { 'content-type': type })).toMatchObject({ status: 200 });
        const times = published()
          .slice(before)
          .map(({ timestamp }) => timestamp);
        expect([type, times.length > 0, times.every((at) => at >= NOW)]).toEqual([type, true, true]);
      }
    }
  });

  it('is documented with its bodies and all of its answers', async () => {
    const response = await fetch(`${app.http.url}/docs-json`);
    const document = (await response.json()) as { paths: Record<string, Record<string, object>> };
    expect(document.paths['/ingest']?.['post']).toMatchObject({
      tags: ['ingest'],
      requestBody: { content: { 'text/plain': {}, 'application/json': { examples: {} }, 'application/x-ndjson': {} } },
      responses: { '200': {}, '400': {}, '401': {}, '413': {}, '415': {}, '429': {}, '503': {} },
      parameters: expect.arrayContaining([
        expect.objectContaining({ name: 'service', in: 'query' }),
        expect.objectContaining({ name: 'severity', in: 'query' }),
        expect.objectContaining({ name: 'X-Service', in: 'header' }),
      ]),
    });
  });
});
