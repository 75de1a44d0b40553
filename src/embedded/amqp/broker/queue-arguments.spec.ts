import { field } from '../wire/field-table';
import { mustHaveSameArguments } from './equivalence';
import { comparedArguments, QueueArguments } from './queue-arguments';
import { rulesOf } from './queue-settings';

const WHERE = "queue 'q' in vhost '/'";
const TEXT = field.text;
const NUMBER = field.int64;
const QUORUM: [string, Buffer] = ['x-queue-type', TEXT('quorum')];
type Arguments = [string, Buffer][];

describe('QueueArguments', () => {
  // The words are those of RabbitMQ 3.10.
  it.each<[Arguments, string]>([
    [
      [['x-queue-type', TEXT('zzz')]],
      "invalid arg 'x-queue-type' for queue 'q' in vhost '/': \"unsupported queue type 'zzz'\"",
    ],
    [[['x-overflow', TEXT('zz')]], "invalid arg 'x-overflow' for queue 'q' in vhost '/': invalid_overflow"],
    [[['x-overflow', NUMBER(5)]], "invalid arg 'x-overflow' for queue 'q' in vhost '/': {unacceptable_type,long}"],
    [[['x-message-ttl', NUMBER(-1)]], "invalid arg 'x-message-ttl' for queue 'q' in vhost '/': {value_negative,-1}"],
    [
      [['x-message-ttl', TEXT('1')]],
      "invalid arg 'x-message-ttl' for queue 'q' in vhost '/': \"expected integer, got longstr\"",
    ],
    [
      [['x-message-ttl', NUMBER(1e13)]],
      "invalid arg 'x-message-ttl' for queue 'q' in vhost '/': {value_too_large,10000000000000}",
    ],
    [[['x-expires', NUMBER(0)]], "invalid arg 'x-expires' for queue 'q' in vhost '/': {value_zero,0}"],
    [
      [['x-delivery-limit', NUMBER(1)]],
      "invalid arg 'x-delivery-limit' for queue 'q' in vhost '/' of queue type rabbit_classic_queue",
    ],
    [
      [QUORUM, ['x-queue-mode', TEXT('lazy')]],
      "invalid arg 'x-queue-mode' for queue 'q' in vhost '/' of queue type rabbit_quorum_queue",
    ],
    [
      [['x-dead-letter-routing-key', TEXT('k')]],
      "invalid arg 'x-dead-letter-routing-key' for queue 'q' in vhost '/': routing_key_but_no_dlx_defined",
    ],
    [
      [
        ['x-dead-letter-exchange', TEXT('x')],
        ['x-dead-letter-routing-key', TEXT('k'.repeat(256))],
      ],
      'longer than a name or a key can be',
    ],
    [[['x-max-priority', NUMBER(5)]], 'NOT_IMPLEMENTED'],
    [[['x-overflow', TEXT('reject-publish-dlx')]], 'NOT_IMPLEMENTED'],
  ])('refuse %j', (given, words) => {
    expect(() => new QueueArguments(new Map(given), WHERE)).toThrow(words);
  });

  it('ignore what RabbitMQ ignores', () => {
    expect(new QueueArguments(new Map([['x-mine', TEXT('y')]]), WHERE).type).toBe('classic');
  });
});

describe('rulesOf', () => {
  const settings = { name: 'q', durable: true, exclusive: false, autoDelete: false };

  it('reads what this project declares', () => {
    const given: Arguments = [
      QUORUM,
      ['x-dead-letter-exchange', TEXT('dead')],
      ['x-dead-letter-strategy', TEXT('at-least-once')],
      ['x-overflow', TEXT('reject-publish')],
      ['x-delivery-limit', NUMBER(100)],
    ];
    expect(rulesOf({ ...settings, arguments: new Map(given) }, WHERE)).toEqual({
      type: 'quorum',
      maxLength: Infinity,
      maxBytes: Infinity,
      rejectsPublish: true,
      messageTtl: Infinity,
      expires: Infinity,
      deadLetterExchange: 'dead',
      deadLetterRoutingKey: undefined,
      deadLetterAtLeastOnce: true,
      deliveryLimit: 100,
    });
  });

  it.each([
    [{ durable: false }, 'non-durable'],
    [{ exclusive: true }, 'exclusive-owner'],
    [{ autoDelete: true }, 'auto-delete'],
  ])('refuses a quorum queue with %j', (wrong, word) => {
    const declare = () => rulesOf({ ...settings, ...wrong, arguments: new Map([QUORUM]) }, WHERE);
    expect(declare).toThrow(`invalid property '${word}' for ${WHERE}`);
  });
});

describe('mustHaveSameArguments', () => {
  const compare = (received: Arguments, current: Arguments) => () =>
    mustHaveSameArguments(comparedArguments('quorum'), new Map(received), new Map(current), WHERE);
  const TEN = NUMBER(10);

  it.each<[string, Arguments, Arguments]>([
    ['numbers of different widths', [['x-max-length', TEN]], [['x-max-length', Buffer.from('620a', 'hex')]]],
    ['what is not compared', [['x-mine', TEN]], []],
    ['the type that is meant when there is none', [['x-queue-type', TEXT('classic')]], []],
  ])('are the same: %s', (_, received, current) => {
    expect(compare(received, current)).not.toThrow();
    expect(compare(current, received)).not.toThrow();
  });

  it.each<[Arguments, Arguments, string]>([
    [
      [['x-max-length', NUMBER(11)]],
      [['x-max-length', TEN]],
      "'x-max-length' for queue 'q' in vhost '/': received '11' but current is '10'",
    ],
    [[], [['x-max-length', TEN]], "received none but current is the value '10' of type 'long'"],
    [[QUORUM], [], "received the value 'quorum' of type 'longstr' but current is none"],
  ])('differ: %j and %j', (received, current, words) => {
    expect(compare(received, current)).toThrow(words);
  });
});
