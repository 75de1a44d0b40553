import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Options } from 'amqplib';
import { LOGS_EXCHANGE } from '../../src/messaging/topology';
import { TestBroker } from '../support/broker';
import { TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { itWithPython } from '../support/it-with-python';
import { type RoleProcess, startRole } from '../support/role-process';
import { storedRecords } from '../support/stored-records';

interface Sent {
  readonly caption: string;
  readonly key?: string;
  readonly body: string | Buffer;
  readonly options?: Options.Publish;
}

interface Stored extends Sent {
  readonly expect: { service: string; severity: string; body: string; attributes?: object };
}

interface Rejected extends Sent {
  readonly reason: string;
}

const NDJSON = { contentType: 'application/x-ndjson' };
const NOW_US = Date.now() * 1_000;
const ISO = new Date().toISOString();

/** What publishers of clients.md send, and what must come of it. */
const STORED: readonly Stored[] = [
  {
    caption: 'a line in the line form, as pika and amqp-publish send it',
    key: 'ignored.info',
    body: `${ISO} shop ERROR card declined\n`,
    options: { contentType: 'text/plain' },
    expect: { service: 'shop', severity: 'error', body: 'card declined' },
  },
  {
    caption: 'a line in no form, named by its routing key',
    key: 'web01.shop.crit',
    body: 'disk is full',
    expect: { service: 'web01.shop', severity: 'fatal', body: 'disk is full' },
  },
  {
    caption: "syslog-ng's empty body with everything in headers",
    key: 'syslog.whatever',
    body: '',
    options: {
      contentType: 'text/plain',
      headers: {
        HOST: 'web01',
        PROGRAM: 'sshd',
        PRIORITY: 'notice',
        MESSAGE: 'session opened',
        PID: '77',
        FACILITY: 'auth',
        '.SDATA.meta.id': '5',
      },
    },
    expect: {
      service: 'sshd',
      severity: 'info',
      body: 'session opened',
      attributes: { 'host.name': 'web01', 'process.pid': '77', 'syslog.facility': 'auth', 'syslog.sdata.meta.id': '5' },
    },
  },
  {
    caption: 'golevelup: JSON without a content type',
    key: 'cart.warn',
    body: JSON.stringify({ message: 'slow', latency: { ms: 912 } }),
    expect: { service: 'cart', severity: 'warn', body: 'slow', attributes: { 'latency.ms': 912 } },
  },
  {
    caption: "Nest's ClientRMQ: an envelope with pattern and data",
    key: 'nest.shop.info',
    body: JSON.stringify({ pattern: 'nest.shop.info', data: { msg: 'hello', level: 50, service: 'nest' } }),
    expect: { service: 'nest', severity: 'error', body: 'hello' },
  },
  {
    caption: 'JSON with an attribute named __proto__',
    body: '{"message":"proto","__proto__":{"polluted":true},"constructor":"x"}',
    options: { contentType: 'application/json' },
    expect: {
      service: 'any',
      severity: 'info',
      body: 'proto',
      attributes: { ['__proto__.polluted']: true, constructor: 'x' },
    },
  },
  {
    caption: 'bytes that are no UTF-8, kept as Latin-1',
    body: Buffer.from([0x67, 0x72, 0xfc, 0xdf, 0x65]),
    expect: { service: 'any', severity: 'info', body: 'grüße', attributes: { encoding: 'latin1' } },
  },
  { caption: 'NUL bytes', body: 'nul\0inside', expect: { service: 'any', severity: 'info', body: 'nul\0inside' } },
  {
    caption: 'an unknown severity',
    body: `${ISO} shop AUDIT who did what`,
    expect: { service: 'shop', severity: 'info', body: 'who did what', attributes: { severity_text: 'AUDIT' } },
  },
  {
    caption: 'a time of 2099',
    body: '2099-01-01T00:00:00Z shop INFO from the future',
    expect: {
      service: 'shop',
      severity: 'info',
      body: 'from the future',
      attributes: { original_timestamp: '2099-01-01T00:00:00Z' },
    },
  },
  {
    caption: 'a time that is none',
    body: '{"time":"yesterday-ish","message":"when?"}',
    expect: { service: 'any', severity: 'info', body: 'when?', attributes: { original_timestamp: 'yesterday-ish' } },
  },
  {
    caption: 'a service of 300 characters in the header of a pack',
    key: `${'s'.repeat(200)}.info`,
    body: `{"t":${NOW_US},"b":"long name"}`,
    options: { ...NDJSON, headers: { service: 's'.repeat(300), severity: 'info', count: 1 } },
    expect: { service: 's'.repeat(300), severity: 'info', body: 'long name' },
  },
  ...['a b', '#', '*', '😀'].map((service) => ({
    caption: `a routing key whose service is ${service}`,
    key: `${service}.info`,
    body: `named ${service}`,
    expect: { service, severity: 'info', body: `named ${service}` },
  })),
];

const REJECTED: readonly Rejected[] = [
  { caption: 'nothing at all', key: 'bad.info', body: '', reason: 'empty' },
  {
    caption: 'JSON that ends in the middle',
    body: '{"message":"cut',
    options: { contentType: 'application/json' },
    reason: 'malformed',
  },
  { caption: 'a JSON array', body: '[1]', options: { contentType: 'application/json' }, reason: 'malformed' },
  { caption: 'a pack that is no JSON', body: 'rubbish', options: NDJSON, reason: 'malformed' },
  { caption: 'a record of 1970', body: '1970-01-01T00:00:00Z shop INFO old', reason: 'too_old' },
  { caption: 'a message of over 8 MiB', body: Buffer.alloc(8 * 1024 * 1024 + 1, 'x'), reason: 'message_too_large' },
  {
    caption: 'a pack of over 10,000 records',
    body: '{"b":"x"}\n'.repeat(10_001),
    options: NDJSON,
    reason: 'message_too_large',
  },
];

describe('messages of other publishers', () => {
  let broker: TestBroker;
  let database: TestDatabase;
  let collector: RoleProcess;

  beforeAll(async () => {
    [broker, database] = await Promise.all([TestBroker.create(), TestDatabase.create()]);
    collector = await startRole({ role: 'collector', env: { RABBITMQ_URL: broker.url, MONGODB_URI: database.uri } });
  });
  afterAll(async () => {
    await collector.stop();
    await Promise.all([broker.close(), database.close()]);
  });

  const send = ({ key = 'any.info', body, options }: Sent): Promise<void> =>
    broker.publish(LOGS_EXCHANGE, key, body, options);

  const recordWith = (body: string) =>
    eventually(async () => (await storedRecords(database.db)).find((record) => record.body === body), {
      describe: body.slice(0, 40),
    });

  it.each(STORED)('$caption: a record', async ({ expect: { attributes = {}, ...names }, ...sent }) => {
    await send(sent);
    const record = await recordWith(names.body);
    expect(record).toMatchObject(names);
    expect(Object.entries(record.attributes)).toEqual(expect.arrayContaining(Object.entries(attributes)));
  });

  it.each(REJECTED)('$caption: a dead letter with its reason and bytes', async ({ reason, ...sent }) => {
    const key = sent.key ?? `rejected.${Buffer.from(sent.caption).toString('hex').slice(0, 60)}`;
    await send({ ...sent, key });
    const letter = await eventually(() => database.db.collection('dead_letters').findOne({ routingKey: key }), {
      describe: sent.caption,
    });
    const bytes = Buffer.from(sent.body);
    const kept = letter['body'] as { buffer: Uint8Array };
    expect(letter).toMatchObject({ reason, bodyLength: bytes.length });
    expect(Buffer.from(kept.buffer).equals(bytes.subarray(0, 1024 * 1024))).toBe(true);
  });

  it('stores the good records of a pack with a bad line, and keeps the bad line', async () => {
    const body = `{"t":${NOW_US},"b":"before"}\n{"t":broken\n{"t":${NOW_US},"b":"after"}`;
    await send({ caption: '', key: 'half.info', body, options: NDJSON });
    await Promise.all([recordWith('before'), recordWith('after')]);
    const letter = await eventually(() => database.db.collection('dead_letters').findOne({ routingKey: 'half.info' }));
    expect(letter).toMatchObject({ reason: 'malformed', bodyLength: '{"t":broken'.length });
  });

  it('stores what a pack with a lying count holds, and keeps the whole message', async () => {
    const options = { ...NDJSON, headers: { count: 7 } };
    await send({ caption: '', key: 'liar.info', body: `{"t":${NOW_US},"b":"only one"}`, options });
    await recordWith('only one');
    const letter = await eventually(() => database.db.collection('dead_letters').findOne({ routingKey: 'liar.info' }));
    expect(letter).toMatchObject({ reason: 'count_mismatch', message: expect.stringContaining('7') as string });
  });

  it('cuts a line of 1 MB and says how long it was', async () => {
    await send({ caption: '', key: 'long.info', body: 'l'.repeat(1_000_000) });
    const record = await eventually(async () =>
      (await storedRecords(database.db)).find(({ service }) => service === 'long'),
    );
    expect(record.attributes).toEqual({ truncated_from: 1_000_000 });
    expect(record.body.length).toBeLessThanOrEqual(256 * 1024);
  });

  it('knows a message with a UUID again, and stores it once', async () => {
    const options = { messageId: '0b8f9a3e-5d0c-4f3a-9a56-0123456789ab', timestamp: Math.floor(Date.now() / 1_000) };
    for (let i = 0; i < 3; i++) await send({ caption: '', key: 'twice.info', body: 'once only', options });
    await send({ caption: '', key: 'twice.info', body: 'the last' });
    await recordWith('the last');
    expect((await storedRecords(database.db)).filter(({ body }) => body === 'once only')).toHaveLength(1);
  });

  itWithPython('pika')('pika, where Python has it (pip install pika)', async () => {
    execFileSync('python3', [
      join(__dirname, 'publish_with_pika.py'),
      broker.url,
      LOGS_EXCHANGE,
      'pika.error',
      `${ISO} pika ERROR from Python`,
    ]);
    expect(await recordWith('from Python')).toMatchObject({ service: 'pika', severity: 'error' });
  });
});
