import { contentFrames, readContentHeader } from './content';
import { FRAME_BODY, FRAME_HEADER, FRAME_METHOD, FrameReader } from './frames';
import { encodeMethod } from './methods';

const METHOD = encodeMethod('BasicGetEmpty', 7, {});
const PROPERTIES = Buffer.from([0x10, 0, 2]);

/** What the other side reads. */
const framesOf = (body: Buffer, maxFrameBytes: number) => {
  const bytes = Buffer.concat(contentFrames(7, METHOD, PROPERTIES, body, maxFrameBytes));
  return [...new FrameReader(maxFrameBytes).read(bytes)];
};

describe('contentFrames', () => {
  it.each([
    ['an empty body', 0, 4_096, []],
    ['a body that just fits', 4_088, 4_096, [4_088]],
    ['a body of one byte more', 4_089, 4_096, [4_088, 1]],
    ['a large body', 100_000, 65_536, [65_528, 34_472]],
  ])('puts %s into frames', (_, size, maxFrameBytes, sizes) => {
    const body = Buffer.alloc(size, 'abc');
    const [method, header, ...bodies] = framesOf(body, maxFrameBytes);
    expect([method?.type, header?.type]).toEqual([FRAME_METHOD, FRAME_HEADER]);
    expect(bodies.map(({ payload }) => payload.length)).toEqual(sizes);
    expect(bodies.every(({ type, channel }) => type === FRAME_BODY && channel === 7)).toBe(true);
    expect(Buffer.concat(bodies.map(({ payload }) => payload))).toEqual(body);
    const read = header && readContentHeader(header.payload);
    expect(read).toEqual({ classId: 60, bodyBytes: size, properties: PROPERTIES });
  });
});

describe('readContentHeader', () => {
  it('is undefined for what is too short', () => {
    expect(readContentHeader(Buffer.alloc(13))).toBeUndefined();
  });
});
