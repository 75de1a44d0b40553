import { type Refusal, readForeignMessage } from './foreign-message';
import type { RecordDraft } from './record-draft';
import type { WireMessage } from './wire-message';

const read = (body: string | Buffer, given: Partial<WireMessage> = {}): RecordDraft | Refusal =>
  readForeignMessage({ body: Buffer.from(body), routingKey: '', headers: {}, ...given });
const attributesOf = (draft: RecordDraft | Refusal): object => ('reason' in draft ? draft : { ...draft.attributes });
const at = (iso: string): number => Date.parse(iso) * 1_000;
const JSON_TYPE = { contentType: 'application/json' };

/** As recorded from real publishers on a real RabbitMQ. */
describe('real publishers', () => {
  it('syslog-ng amqp(): an empty body, all in the headers', () => {
    const draft = read('', {
      routingKey: 'syslog',
      contentType: 'text/plain',
      headers: {
        HOST: 'web01',
        PROGRAM: 'sshd',
        PRIORITY: 'crit',
        MESSAGE: 'disk full',
        DATE: 'Nov 23 02:19:14',
        FACILITY: 'auth',
        PID: '42',
        MSGID: '',
        '.SDATA.exampleSDID@32473.iUt': '3',
        SOURCEIP: '127.0.0.1',
        SEQNUM: 7,
      },
    });
    expect(draft).toMatchObject({
      service: 'sshd',
      severity: 'fatal',
      body: 'disk full',
      time: null,
      timeText: 'Nov 23 02:19:14',
    });
    expect(attributesOf(draft)).toEqual({
      'host.name': 'web01',
      'process.pid': '42',
      'syslog.facility': 'auth',
      'syslog.sdata.exampleSDID@32473.iUt': '3',
      'syslog.sourceip': '127.0.0.1',
      'syslog.seqnum': '7',
    });
  });

  it('headers alone give the same record when the broker delivers them again, and adds its own', () => {
    const sent = { MESSAGE: 'hello', 'x-mine': 'kept' };
    const brokers = {
      'x-delivery-count': 1,
      'x-acquired-count': 2,
      'x-death': [{ queue: 'LogQueue', reason: 'delivery_limit' }],
      'x-first-death-queue': 'LogQueue',
      'x-last-death-reason': 'delivery_limit',
    };
    const first = read('', { headers: sent });
    expect(read('', { headers: { ...sent, ...brokers } })).toEqual(first);
    expect(attributesOf(first)).toEqual({ 'syslog.x-mine': 'kept' });
  });

  it('syslog-ng with format-json: JSON under text/plain, names in capitals', () => {
    const body =
      '{"PROGRAM":"shop","PRIORITY":"err","MESSAGE":"boom","ISODATE":"2026-11-23T10:00:00+00:00","HOST":"web01"}';
    const draft = read(body, { routingKey: 'web01.shop.crit', contentType: 'text/plain' });
    expect(draft).toMatchObject({
      service: 'shop',
      severity: 'error',
      body: 'boom',
      time: { timestamp: at('2026-11-23T10:00:00Z') },
    });
    expect(attributesOf(draft)).toEqual({ HOST: 'web01' });
  });

  it('amqp-publish: a bare line, no properties', () => {
    expect(read('disk full\n', { routingKey: 'shop.warning' })).toMatchObject({
      service: 'shop',
      severity: 'warn',
      body: 'disk full',
      time: null,
    });
  });

  it('pika: the line form', () => {
    const draft = read('2026-11-23 10:00:00 cart ERROR no stock', { routingKey: 'any', contentType: 'text/plain' });
    expect(draft).toMatchObject({
      service: 'cart',
      severity: 'error',
      body: 'no stock',
      time: { timestamp: at('2026-11-23T10:00:00Z') },
    });
  });

  it.each([
    ['rabbitmq-client: application/json', JSON_TYPE],
    ['golevelup: no content type', {}],
    ['a charset', { contentType: 'Application/JSON; charset=utf-8' }],
  ])('%s', (_who, given) => {
    const draft = read('{"msg":"paid","level":"warn","order":{"id":12345678901234567890}}', {
      ...given,
      routingKey: 'shop.info',
    });
    expect(draft).toMatchObject({ service: 'shop', severity: 'warn', body: 'paid' });
    expect(attributesOf(draft)).toEqual({ 'order.id': '12345678901234567890' });
  });

  it("Nest's ClientRMQ: the record within its envelope", () => {
    const draft = read('{"pattern":"nest.shop.info","data":{"msg":"paid","n":1}}', { routingKey: 'nest.shop.info' });
    expect(draft).toMatchObject({ service: 'nest.shop', severity: 'info', body: 'paid' });
    expect(attributesOf(draft)).toEqual({ n: 1 });
  });

  it("RabbitMQ's own log: text with its severity in the routing key", () => {
    const text = '2026-11-23 02:28:20.886347+00:00 [info] <0.536.0> accepting AMQP connection';
    expect(read(text, { routingKey: 'info', contentType: 'text/plain' })).toMatchObject({
      service: null,
      severity: 'info',
      body: text,
    });
  });
});

describe("Nest's envelope", () => {
  it.each([
    ['with the id of a request', '{"pattern":{"cmd":"log"},"data":{"msg":"paid"},"id":"1"}', 'paid'],
    ['around text', '{"pattern":"shop","data":"paid"}', 'paid'],
    ['around a line', '{"pattern":"shop","data":"2026-11-23 10:00:00 shop INFO paid"}', 'paid'],
  ])('is unwrapped %s', (_what, body, text) => expect(read(body)).toMatchObject({ body: text }));

  it('is none when there are other fields, which would be lost', () => {
    const draft = read('{"pattern":"/cart","data":{"n":1},"msg":"route matched"}');
    expect(draft).toMatchObject({ body: 'route matched' });
    expect(attributesOf(draft)).toEqual({ pattern: '/cart', 'data.n': 1 });
  });
});

describe('precedence of names', () => {
  const line = (severity: string): string => `2026-11-23 10:00:00 own ${severity} x`;

  it.each([
    ['the line form', line('WARN'), 'own', 'warn'],
    ['JSON', '{"service":"own","level":"warn","msg":"x"}', 'own', 'warn'],
    ['headers', 'x', 'of-header', 'debug'],
  ])('%s before what is further out', (_what, body, service, severity) => {
    const headers = { service: 'of-header', severity: 'debug' };
    expect(read(body, { routingKey: 'of-key.fatal', headers })).toMatchObject({ service, severity });
  });

  it('the routing key last', () => {
    expect(read('x', { routingKey: 'of.key.fatal' })).toMatchObject({ service: 'of.key', severity: 'fatal' });
  });

  it.each([
    ['the line form', line('AUDIT'), {}, 'AUDIT'],
    ['JSON', '{"level":"AUDIT","msg":"x"}', {}, 'AUDIT'],
    ['a header', 'x', { severity: 'AUDIT' }, 'AUDIT'],
  ])('an unknown severity of %s is kept beside the one of the key', (_what, body, headers, severityText) => {
    expect(read(body, { routingKey: 'shop.error', headers })).toMatchObject({ severity: 'error', severityText });
  });

  it('an unknown severity of the key is kept', () => {
    expect(read('x', { routingKey: 'orders.created' })).toMatchObject({
      service: 'orders',
      severity: null,
      severityText: 'created',
    });
  });
});

describe('what is hard to read', () => {
  it.each([
    ['application/json that ends in the middle', '{"msg":', JSON_TYPE, 'malformed'],
    ['application/json that is a list', '[{"msg":"x"}]', JSON_TYPE, 'malformed'],
    ['application/json that is text', 'plain text', JSON_TYPE, 'malformed'],
    ['an empty object', '{}', JSON_TYPE, 'empty'],
    ['an empty envelope', '{"pattern":"x","data":{}}', JSON_TYPE, 'empty'],
    ['nothing at all', '', {}, 'empty'],
    ['white space', ' \r\n', {}, 'empty'],
    ['arrays nested too deeply', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, JSON_TYPE, 'malformed'],
  ])('is refused: %s', (_what, body, given, reason) => expect(read(body, given)).toMatchObject({ reason }));

  it.each(['{"msg":', '{}', '{not json}', '[1]', '"text"', '<13>Nov 23 02:19:12 vm shop: text', 'a\0b', '😀'])(
    'is a body as it stands, without a content type: %j',
    (body) => expect(read(body)).toMatchObject({ body, time: null }),
  );

  it('keeps the text of what is not UTF-8, and says how it was read', () => {
    const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
    expect(read(latin1('caf\xe9'))).toMatchObject({ body: 'café', attributes: { encoding: 'latin1' } });
    expect(read(latin1('{"msg":"caf\xe9","n":1}'), JSON_TYPE)).toMatchObject({
      body: 'café',
      attributes: { encoding: 'latin1', n: 1 },
    });
  });

  it.each([
    ['first\nsecond\n', 'first\nsecond'],
    ['line\r\n', 'line'],
    ['two ends\n\n', 'two ends\n'],
    ['\ufeffmarked', 'marked'],
  ])('ends %j where its last line ends', (body, text) => expect(read(body)).toMatchObject({ body: text }));

  it('keeps a field named __proto__', () => {
    const draft = read('{"msg":"x","__proto__":"y"}', JSON_TYPE);
    expect('reason' in draft ? draft : Object.entries(draft.attributes)).toEqual([['__proto__', 'y']]);
  });
});
