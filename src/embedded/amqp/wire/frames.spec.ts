import fc from 'fast-check';
import { AmqpError } from '../reply-codes';
import { FRAME_BODY, FRAME_END, FrameReader, type Frame } from './frames';

const frame = ({ type, channel, payload }: Frame): Buffer => {
  const head = Buffer.alloc(7);
  head.writeUInt8(type, 0);
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, payload, Buffer.from([FRAME_END])]);
};

/** Cuts at the given places. */
function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

const anyFrame = fc.record({
  type: fc.constantFrom(1, 2, 3, 8),
  channel: fc.nat(65_535),
  payload: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
});
const chunksOf = (reader: FrameReader, chunks: readonly Buffer[]): Frame[] =>
  chunks.flatMap((chunk) => [...reader.read(chunk)]);

describe('FrameReader', () => {
  it('finds the same frames however the bytes are split', () => {
    const property = fc.property(fc.array(anyFrame, { maxLength: 8 }), fc.array(fc.nat(500)), (frames, cuts) => {
      const bytes = Buffer.concat(frames.map(frame));
      expect(chunksOf(new FrameReader(4_096), split(bytes, cuts))).toEqual(frames);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('throws nothing but AmqpError for whatever bytes', () => {
    const property = fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (chunks) => {
      const reader = new FrameReader(4_096);
      try {
        chunksOf(
          reader,
          chunks.map((chunk) => Buffer.from(chunk)),
        );
      } catch (error) {
        expect(error).toBeInstanceOf(AmqpError);
      }
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('refuses a frame that is too large as soon as its size is known', () => {
    const start = frame({ type: FRAME_BODY, channel: 1, payload: Buffer.alloc(4_096) }).subarray(0, 7);
    expect(() => [...new FrameReader(4_096).read(start)]).toThrow('FRAME_ERROR');
  });

  it('takes a frame of exactly the largest size', () => {
    const largest = { type: FRAME_BODY, channel: 1, payload: Buffer.alloc(4_096 - 8) };
    expect([...new FrameReader(4_096).read(frame(largest))]).toEqual([largest]);
  });

  it('refuses a frame without its end octet', () => {
    const bytes = frame({ type: FRAME_BODY, channel: 1, payload: Buffer.alloc(3) });
    bytes[bytes.length - 1] = 0;
    expect(() => [...new FrameReader(4_096).read(bytes)]).toThrow('FRAME_ERROR');
  });
});
