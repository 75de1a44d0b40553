import { gzipSync } from 'node:zlib';
import { type IngestApp, startIngestApp } from '../../../../test/support/ingest-app';
import { DAY_US, parseIsoTime } from '../../../log/timestamp';
import { uuidBytes, uuidTime } from '../../../log/uuid';

const NOW = parseIsoTime('2026-11-23 12:00:00')?.timestamp ?? NaN;
const KEY_TIME = NOW - 5_000_000;
const LINES = '2026-11-23 10:00:00 shop INFO timed\nuntimed\n2026-11-23 10:00:00 shop ERROR other';

function uuidv7At(time: number, rest = '7000-8000-000000000001'): string {
  const hex = Math.floor(time / 1_000)
    .toString(16)
    .padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-${rest}`;
}

describe('POST /ingest with an Idempotency-Key', () => {
  let app: IngestApp;
  let now = NOW;

  beforeEach(async () => {
    now = NOW;
    app = await startIngestApp(() => now, { INGEST_CONFIRM_TIMEOUT_MS: '200' });
  });
  afterEach(() => app.http.close());

  const send = (body: string | Buffer, key: string, headers: Record<string, string> = {}, query = '') =>
    app.post(Buffer.from(body), { 'Idempotency-Key': key, ...headers }, query);
  /** The ids of the packs of one request. */
  const idsOf = async (request: () => Promise<unknown>): Promise<string[]> => {
    const before = app.publisher.keyedPackIds.length;
    await request();
    return app.publisher.keyedPackIds.slice(before);
  };

  it('makes the same packs of the same request, whenever it comes', async () => {
    const key = uuidv7At(KEY_TIME);
    const first = await idsOf(() => send(LINES, key));
    const records = app.publisher.records.splice(0);
    now += 3_600_000_000;
    expect(await idsOf(() => send(LINES, key))).toEqual(first);
    expect(app.publisher.records).toEqual(records);
    expect(first).toHaveLength(3); // shop info, unknown info, shop error
    expect(new Set(first).size).toBe(3);
  });

  it.each<[string, string | Buffer, (key: string) => string, Record<string, string>]>([
    ['packed', gzipSync(LINES), (key) => key, { 'content-encoding': 'gzip' }],
    ['its key in capitals', LINES, (key) => key.toUpperCase(), {}],
    ['its key in quotes', LINES, (key) => `"${key}"`, {}],
  ])('knows the request again: %s', async (_how, body, written, headers) => {
    const key = uuidv7At(KEY_TIME);
    const first = await idsOf(() => send(LINES, key));
    expect(await idsOf(() => send(body, written(key), headers))).toEqual(first);
  });

  it.each<[string, string, string, string]>([
    ['another key', LINES, uuidv7At(KEY_TIME, '7000-8000-000000000002'), ''],
    ['another body', `${LINES}!`, uuidv7At(KEY_TIME), ''],
    ['no key at all', LINES, '', ''],
  ])('makes other packs of another request: %s', async (_how, body, key, query) => {
    const first = await idsOf(() => send(LINES, uuidv7At(KEY_TIME)));
    const others = await idsOf(() => (key === '' ? app.post(Buffer.from(body)) : send(body, key, {}, query)));
    expect(others.filter((id) => first.includes(id))).toEqual([]);
    expect(app.publisher.records).toHaveLength(6);
  });

  it("takes the key's time for records without one, and for the ids of the packs", async () => {
    const ids = await idsOf(() => send('a\nb', uuidv7At(KEY_TIME)));
    expect(app.publisher.records.map(({ timestamp }) => timestamp)).toEqual([KEY_TIME, KEY_TIME + 1]);
    expect(ids.map((id) => uuidTime(uuidBytes(id) ?? Buffer.alloc(16)))).toEqual([KEY_TIME]);
  });

  it.each([
    ['no UUID', 'my-request-1'],
    ['empty', ''],
    ['a UUID of version 4', 'c0a5c1f0-9a59-4c3e-8b51-6dd3c6c9f5b1'],
    ['the nil UUID', '00000000-0000-0000-0000-000000000000'],
    ['without dashes', uuidv7At(KEY_TIME).replaceAll('-', '')],
    ['from before the end of retention', uuidv7At(NOW - 11 * DAY_US)],
    ['from the day after tomorrow', uuidv7At(NOW + 2 * DAY_US)],
  ])('refuses a key that is %s', async (_what, key) => {
    app.publisher.mayPublish = false;
    const answer = await send(LINES, key);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_parameter' } });
    expect(JSON.stringify(answer.body)).toContain('Idempotency-Key');
  });

  it('says after a time-out that another try does no harm', async () => {
    app.publisher.outcome = 'unconfirmed';
    const answer = await send(LINES, uuidv7At(KEY_TIME));
    expect(answer).toMatchObject({
      status: 503,
      body: { message: expect.stringContaining('with the same Idempotency-Key stores none of them twice') },
    });
  });

  it('counts what was confirmed', async () => {
    await send(LINES, uuidv7At(KEY_TIME));
    const metrics = await app.http.telemetry.registry.metrics();
    expect(metrics).toContain('logwarren_source_records_accepted_total{input="http"} 3');
  });
});

describe('POST /ingest with SOURCE_TIMEZONE', () => {
  it('reads times without a zone in it, and others as they say', async () => {
    const app = await startIngestApp(() => NOW, { SOURCE_TIMEZONE: 'Europe/Berlin' });
    try {
      await app.post(
        '2026-11-23 10:00:00 shop INFO a\n2026-11-23T10:00:00Z shop INFO b\n{"time":"2026-11-23 11:00:00","msg":"c"}',
      );
      const times = app.publisher.records.map(({ timestamp }) => new Date(timestamp / 1_000).toISOString());
      expect(times).toEqual(['2026-11-23T09:00:00.000Z', '2026-11-23T10:00:00.000Z', '2026-11-23T10:00:00.000Z']);
    } finally {
      await app.http.close();
    }
  });
});
