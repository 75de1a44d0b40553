import { headerText, mediaType, messageTime, messageUuid, type WireMessage } from './wire-message';

const MADE = Date.parse('2022-02-22T19:22:22Z') * 1_000;
const V7 = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f';
const V4 = '919108f7-52d1-4320-9bac-f847db4148a8';
const message = (given: Partial<WireMessage>): WireMessage => ({
  body: Buffer.alloc(0),
  routingKey: '',
  headers: {},
  ...given,
});

describe('mediaType', () => {
  it.each([
    [undefined, ''],
    ['', ''],
    ['application/json', 'application/json'],
    [' Application/JSON ; charset=utf-8', 'application/json'],
  ])('of %j is %j', (contentType, type) => expect(mediaType(message({ contentType }))).toBe(type));
});

describe('messageUuid', () => {
  it.each([undefined, '', 'order-42'])('is none for the id %j', (messageId) =>
    expect(messageUuid(message({ messageId }))).toBeNull(),
  );
  it('is 16 bytes', () => expect(messageUuid(message({ messageId: V4 }))).toHaveLength(16));
});

describe('messageTime', () => {
  it.each([
    ['of a UUIDv7, before that of AMQP', { messageId: V7, timestamp: 1_700_000_000 }, MADE],
    ['of AMQP in seconds', { timestamp: 1_645_557_742 }, MADE],
    ['of AMQP in milliseconds', { timestamp: 1_645_557_742_000 }, MADE],
    ['of AMQP beside a UUIDv4', { messageId: V4, timestamp: 1_645_557_742 }, MADE],
    ['none', {}, null],
    ['none of AMQP when it is 0', { timestamp: 0 }, null],
    ['none of a UUIDv4', { messageId: V4 }, null],
  ])('is that %s', (_what, given, time) => expect(messageTime(message(given))).toBe(time));
});

describe('headerText', () => {
  it.each([
    ['text', 'x', 'x'],
    ['bytes', Buffer.from('é'), 'é'],
    ['bytes that are no UTF-8', Buffer.from([0xe9]), 'é'],
    ['a number', 3, '3'],
    ['zero', 0, '0'],
    ['false', false, 'false'],
    ['empty text', '', null],
    ['no bytes', Buffer.alloc(0), null],
    ['null', null, null],
    ['a list', ['x'], null],
    ['a table', { x: 1 }, null],
    ['nothing', undefined, null],
  ])('reads %s', (_what, value, text) => expect(headerText(message({ headers: { h: value } }), 'h')).toBe(text));
});
