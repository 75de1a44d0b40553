import fc from 'fast-check';
import { decodeText } from './text-encoding';

describe('decodeText', () => {
  it.each([
    ['nothing', Buffer.alloc(0), '', false],
    ['UTF-8', Buffer.from('é😀\0'), 'é😀\0', false],
    ['UTF-8 behind a byte order mark', Buffer.from('\ufeffx'), 'x', false],
    ['Latin-1', Buffer.from([0x63, 0xe9]), 'cé', true],
    ['UTF-8 cut within a character', Buffer.from('é').subarray(0, 1), 'Ã', true],
    ['an encoded surrogate', Buffer.from([0xed, 0xa0, 0x80]), 'í\u00a0\u0080', true],
  ])('reads %s', (_what, bytes, text, isLatin1) => expect(decodeText(bytes)).toEqual({ text, isLatin1 }));

  it('keeps every byte of what is no UTF-8', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const { text, isLatin1 } = decodeText(Buffer.from(bytes));
        if (isLatin1) expect(Buffer.from(text, 'latin1')).toEqual(Buffer.from(bytes));
      }),
    );
  });
});
