import fc from 'fast-check';
import { HEADER_BYTES, MalformedMessage, MAX_MESSAGE_BYTES, MessageReader } from './message-reader';

function message(content: Uint8Array): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt32LE(HEADER_BYTES + content.length);
  return Buffer.concat([header, content]);
}

function readAll(pieces: readonly Buffer[]): Buffer[] {
  const reader = new MessageReader();
  return pieces.flatMap((piece) => [...reader.read(piece)].map((one) => Buffer.from(one)));
}

it('finds the same messages wherever the stream is cut', () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 40 }).map(message), { maxLength: 6 });
  const cuts = fc.array(fc.nat(), { maxLength: 12 });
  fc.assert(
    fc.property(messages, cuts, (sent, places) => {
      const stream = Buffer.concat(sent);
      const at = [0, ...places.map((place) => place % (stream.length + 1)).sort((a, b) => a - b), stream.length];
      const pieces = at.slice(1).map((end, i) => stream.subarray(at[i], end));
      expect(readAll(pieces)).toEqual(sent);
    }),
  );
});

it.each([0, -1, HEADER_BYTES - 1, MAX_MESSAGE_BYTES + 1, 2 ** 31 - 1])('refuses a message of %p bytes', (length) => {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt32LE(length);
  expect(() => readAll([header])).toThrow(MalformedMessage);
});
