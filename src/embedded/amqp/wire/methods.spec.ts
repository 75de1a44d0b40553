import fc from 'fast-check';
import { AmqpError } from '../reply-codes';
import { field, writeTable } from './field-table';
import { decodeMethod, encodeMethod, methodIdOf } from './methods';

const payload = (classId: number, methodId: number, ...args: Buffer[]): Buffer =>
  Buffer.concat([Buffer.from([0, classId, 0, methodId]), ...args]);
const short = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);

describe('decodeMethod', () => {
  it('keeps the arguments of a queue as they are on the wire', () => {
    const args = new Map([['x-max-length', Buffer.from('7303e8', 'hex')]]);
    const bytes = payload(50, 10, Buffer.from([0, 0]), short('q'), Buffer.from([0b10]), writeTable(args));
    expect(decodeMethod(bytes)).toMatchObject({
      name: 'QueueDeclare',
      fields: { queue: 'q', passive: false, durable: true, exclusive: false, arguments: args },
    });
  });

  it('finds the arguments behind bits that share a byte', () => {
    const args = new Map([['a', field.boolean(true)]]);
    const bytes = payload(
      60,
      20,
      Buffer.from([0, 0]),
      short('q'),
      short('tag'),
      Buffer.from([0b0010]),
      writeTable(args),
    );
    expect(decodeMethod(bytes).fields).toMatchObject({ consumerTag: 'tag', noAck: true, arguments: args });
  });

  it.each([
    ['a method that only servers send', payload(60, 60), 'COMMAND_INVALID'],
    ['a method that nobody knows', payload(60, 61), 'COMMAND_INVALID'],
    ['transactions', payload(90, 10), 'NOT_IMPLEMENTED'],
    ['no method at all', Buffer.from([0, 60]), 'FRAME_ERROR'],
    ['arguments cut off', payload(60, 40, Buffer.from([0, 0])), 'SYNTAX_ERROR'],
    [
      'text that is no UTF-8',
      payload(60, 40, Buffer.from([0, 0, 255]), Buffer.alloc(255, 0xff), Buffer.from([0, 0])),
      'FRAME_ERROR',
    ],
    ['a queue in Latin-1', payload(60, 70, Buffer.from([0, 0, 2, 0x61, 0xe9, 0])), 'FRAME_ERROR'],
  ])('refuses %s', (_, bytes, reply) => {
    expect(() => decodeMethod(bytes)).toThrow(reply);
  });

  it.each([
    [
      'the character that stands for bytes that are no UTF-8',
      payload(60, 70, Buffer.from([0, 0]), short('a\ufffd'), Buffer.of(0)),
    ],
    ['a routing key in Latin-1', payload(60, 40, Buffer.from([0, 0, 0, 2, 0x61, 0xe9, 0]))],
  ])('takes %s', (_, bytes) => {
    expect(Object.values(decodeMethod(bytes).fields)).toContain('a\ufffd');
  });

  it('throws nothing but AmqpError for whatever bytes', () => {
    const ids = fc.tuple(
      fc.constantFrom(10, 20, 40, 50, 60, 85),
      fc.constantFrom(10, 11, 20, 21, 30, 31, 40, 50, 80, 120),
    );
    const property = fc.property(ids, fc.uint8Array({ maxLength: 60 }), ([classId, methodId], args) => {
      try {
        decodeMethod(payload(classId, methodId, Buffer.from(args)));
      } catch (error) {
        expect(error).toBeInstanceOf(AmqpError);
      }
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});

describe('encodeMethod', () => {
  it('makes a whole frame', () => {
    expect(encodeMethod('BasicAck', 3, { deliveryTag: 258, multiple: true }).toString('hex')).toBe(
      '01' + '0003' + '0000000d' + '003c0050' + '0000000000000102' + '01' + 'ce',
    );
  });
});

describe('methodIdOf', () => {
  it('is zero where there is no method', () => {
    expect(methodIdOf(payload(50, 10))).toEqual({ classId: 50, methodId: 10 });
    expect(methodIdOf(undefined)).toEqual({ classId: 0, methodId: 0 });
  });
});
