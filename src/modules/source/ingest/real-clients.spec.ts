import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type IngestApp, startIngestApp } from '../../../../test/support/ingest-app';
import type { LogRecord } from '../../../log/log-record';
import { parseIsoTime } from '../../../log/timestamp';

/** Requests as real clients sent them; they lie beside the checkout, not in it. */
const RECORDINGS = join(__dirname, '../../../../../shared/corpora/wire');
const describeWithRecordings = existsSync(RECORDINGS) ? describe : describe.skip;
const NOW = at('2026-11-23 12:00:00');

interface Recorded {
  readonly headers: Record<string, string>;
  readonly body_b64: string;
}

function recordingsOf(client: string): Recorded[] {
  const lines = readFileSync(join(RECORDINGS, `http-${client}.jsonl`), 'utf8')
    .trim()
    .split('\n');
  const requests: Recorded[] = JSON.parse(`[${lines.join(',')}]`);
  return requests;
}

function at(text: string): number {
  return parseIsoTime(text)?.timestamp ?? NaN;
}

/** fetch sets these itself. */
const NOT_REPLAYED = new Set(['connection', 'content-length', 'expect', 'host', 'transfer-encoding']);

describeWithRecordings('requests of real clients (skipped where ../shared/corpora/wire is absent)', () => {
  let app: IngestApp;

  beforeEach(async () => {
    app = await startIngestApp(NOW);
  });

  afterEach(async () => {
    await app.http.close();
  });

  it.each<[string, Partial<LogRecord>[]]>([
    [
      'winston',
      [
        {
          timestamp: at('2026-11-23T02:34:59.640Z'),
          severity: 'info',
          body: 'hello http',
          attributes: { userId: 3 },
        },
        { severity: 'error', body: '', attributes: {} }, // winston loses the message of an Error
        { severity: 'warn', body: 'third' },
      ],
    ],
    [
      'pino-http-send-json',
      [
        { timestamp: 1795401304796000, severity: 'info', body: 'one', attributes: { pid: 6655, hostname: 'vm', a: 1 } },
        { severity: 'warn', body: 'two' },
        { severity: 'error', body: 'three' },
      ],
    ],
    [
      'pino-http-send-ndjson',
      [
        { timestamp: 1795401308564000, severity: 'info', body: 'one' },
        { severity: 'warn', body: 'two' },
        { severity: 'error', body: 'three' },
      ],
    ],
    [
      'syslogng-default',
      [
        {
          timestamp: NOW,
          service: 'shop',
          severity: 'fatal',
          body: 'hello syslog-ng ünï',
          attributes: { 'host.name': 'web01', 'syslog.facility': 'auth' },
        },
        { service: 'shop', severity: 'info', body: 'second line' },
        { service: 'shop', severity: 'info', body: 'third' },
      ],
    ],
    [
      'syslogng-json-array',
      [
        {
          timestamp: at('2026-11-23T10:00:00Z'),
          service: 'shop',
          severity: 'fatal',
          body: 'hello syslog-ng ünï',
        },
        { timestamp: at('2026-11-23T08:00:01Z'), severity: 'info', body: 'second line' },
        { body: 'third' },
      ],
    ],
    [
      'python-httphandler',
      [
        {
          timestamp: 1795401864479762,
          service: 'shop',
          severity: 'warn',
          body: 'hello %s',
          attributes: expect.objectContaining({ args: "('py',)", user_id: '7', 'process.pid': '10508' }),
        },
        { service: 'shop', severity: 'error', body: 'boom' },
      ],
    ],
  ])('%s', async (client, expected) => {
    for (const { headers, body_b64 } of recordingsOf(client)) {
      const replayed = Object.entries(headers).filter(([name]) => !NOT_REPLAYED.has(name));
      const answer = await app.post(Buffer.from(body_b64, 'base64'), Object.fromEntries(replayed));
      expect(answer).toMatchObject({ status: 200, body: { rejected: 0 } });
    }
    const records = app.publisher.records.map((one) => ({ ...one, attributes: { ...one.attributes } }));
    expect(records).toMatchObject(expected);
    expect(records).toHaveLength(expected.length);
  });
});
