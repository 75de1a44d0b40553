import fc from 'fast-check';
import { AmqpError } from '../reply-codes';
import { field, writeTable } from './field-table';
import { Properties } from './properties';

/** All fourteen: flags, then values in the order of the specification. */
const ALL = Buffer.concat([
  Buffer.from([0xff, 0xfc]),
  Buffer.from('\x04text\x04gzip'),
  writeTable(new Map([['n', Buffer.from('49fffffffe', 'hex')]])),
  Buffer.from([2, 9]),
  Buffer.from('\x02ci\x02rt\x0260\x02id'),
  Buffer.alloc(8, 1),
  Buffer.from('\x02ty\x02us\x02ap\x02cl'),
]);

describe('Properties', () => {
  it('are written as they were read', () => {
    expect(Properties.read(ALL).write()).toEqual(ALL);
    expect(Properties.read(Buffer.from([0, 0])).write()).toEqual(Buffer.from([0, 0]));
  });

  it('tell what the server looks at', () => {
    const all = Properties.read(ALL);
    expect(all.persistent).toBe(true);
    expect(all.text('expiration')).toBe('60');
    expect(all.text('replyTo')).toBe('rt');
    expect([...all.headers().keys()]).toEqual(['n']);
  });

  it('are empty where the message has none', () => {
    const none = Properties.read(Buffer.from([0, 0]));
    expect([none.persistent, none.text('expiration'), none.headers().size]).toEqual([false, undefined, 0]);
  });

  it('change where they are edited and nowhere else', () => {
    const edited = Properties.read(ALL).without('expiration').withText('replyTo', 'somewhere');
    const back = Properties.read(edited.write()).withText('expiration', '60').withText('replyTo', 'rt');
    expect(back.write()).toEqual(ALL);
  });

  it('keep the types of other headers when one is added', () => {
    const read = Properties.read(ALL);
    const more = read.withHeaders(read.headers().set('x', field.text('y')));
    expect(more.headers().get('n')).toEqual(Buffer.from('49fffffffe', 'hex'));
  });

  it('throw nothing but AmqpError for whatever bytes', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        Properties.read(Buffer.from(bytes)).headers();
      } catch (error) {
        expect(error).toBeInstanceOf(AmqpError);
      }
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});
