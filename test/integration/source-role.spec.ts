import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GetMessage } from 'amqplib';
import { decodeMessage } from '../../src/log/decode-message';
import type { LogRecord } from '../../src/log/log-record';
import type { WireMessage } from '../../src/log/wire-message';
import { LOG_QUEUE } from '../../src/messaging/topology';
import { toWireMessage } from '../../src/messaging/to-wire-message';
import { SourceModule } from '../../src/modules/source/source.module';
import { TestBroker } from '../support/broker';
import { eventually } from '../support/eventually';
import { type HttpApp, startHttpApp } from '../support/http-app';

const ALL = 100_000;

/** As a consumer would have got it. */
const wireMessage = ({ fields, ...message }: GetMessage): WireMessage =>
  toWireMessage({ ...message, fields: { ...fields, consumerTag: '' } });

describe('the source role on a real broker', () => {
  let broker: TestBroker;
  let folder: string;
  let app: HttpApp | undefined;

  beforeEach(async () => {
    broker = await TestBroker.create();
    folder = await mkdtemp(join(tmpdir(), 'source-role-'));
  });

  afterEach(async () => {
    await app?.close();
    app = undefined;
    await rm(folder, { recursive: true });
    await broker.close();
  });

  const start = async (env: Record<string, string>): Promise<HttpApp> => {
    app = await startHttpApp([], { RABBITMQ_URL: broker.url, DATA_DIR: join(folder, '.state'), ...env }, [
      SourceModule,
    ]);
    return app;
  };
  const stop = async (): Promise<void> => {
    await app?.close();
    app = undefined;
  };
  const recordsOf = (message: GetMessage): LogRecord[] => {
    const { parts, rejects } = decodeMessage(wireMessage(message), {
      now: Date.now() * 1_000,
      retention: { days: 10 },
    });
    expect(rejects).toEqual([]);
    return parts.flatMap(({ records }) => records);
  };
  const stored = async (): Promise<LogRecord[]> => (await broker.take(LOG_QUEUE, ALL)).flatMap(recordsOf);

  it('has sent on what it answered 200 to', async () => {
    const { url } = await start({});
    const body = `${new Date().toISOString()} shop ERROR of its own\nfirst\nsecond\n`;
    const response = await fetch(`${url}/ingest?service=web`, { method: 'POST', body });
    expect([response.status, await response.json()]).toEqual([200, { accepted: 3, rejected: 0, errors: [] }]);
    const records = await stored();
    expect(records.map(({ service, severity, body }) => [service, severity, body]).sort()).toEqual([
      ['shop', 'error', 'of its own'],
      ['web', 'info', 'first'],
      ['web', 'info', 'second'],
    ]);
  });

  it('sends every line of its files once, in their order', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => `line ${i} of many`);
    await writeFile(join(folder, 'app.log'), lines.join('\n'));
    const { logged } = await start({ SOURCE_FILES: join(folder, '*.log') });
    await eventually(() => logged.some(({ msg }) => String(msg).startsWith('read to its end')));
    const records = await stored();
    expect(new Set(records.map(({ service }) => service))).toEqual(new Set(['app.log']));
    const byTime = records.sort((a, b) => a.timestamp - b.timestamp);
    expect(byTime.map((record) => record.body)).toEqual(lines);
  });

  it('goes on where it was stopped in the middle: every line in one pack', async () => {
    await writeFile(join(folder, 'large.log'), 'a line of text\n'.repeat(600_000));
    await start({ SOURCE_FILES: join(folder, 'large.log') });
    await eventually(async () => (await broker.depth(LOG_QUEUE)) > 0);
    await stop();
    const before = await broker.depth(LOG_QUEUE);
    const { logged } = await start({ SOURCE_FILES: join(folder, 'large.log') });
    await eventually(() => logged.some(({ msg }) => String(msg).startsWith('read to its end')), { timeoutMs: 30_000 });
    await stop();
    const messages = await broker.take(LOG_QUEUE, ALL);
    expect(messages.length).toBeGreaterThan(before);
    const packs = new Map(messages.map((message) => [String(message.properties.messageId), message]));
    expect([...packs.values()].flatMap(recordsOf)).toHaveLength(600_000);
  });

  it('tells the story of the demo', async () => {
    await start({ SOURCE_DEMO: 'true', SOURCE_DEMO_RATE: '2000' });
    await eventually(async () => (await broker.depth(LOG_QUEUE)) > 20);
    await stop();
    const services = new Set((await stored()).map(({ service }) => service));
    expect(services.size).toBeGreaterThan(3);
  });

  it('answers 503 while the broker is away', async () => {
    const { url } = await start({});
    await broker.dropConnections();
    const refused = await eventually(async () => {
      const response = await fetch(`${url}/ingest`, { method: 'POST', body: 'x' });
      return response.status === 503 && response;
    });
    expect(await refused.json()).toMatchObject({ code: 'broker_unavailable' });
    await eventually(async () => (await fetch(`${url}/ingest`, { method: 'POST', body: 'back' })).status === 200);
  });
});
