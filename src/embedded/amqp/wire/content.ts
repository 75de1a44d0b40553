import { FRAME_BODY, FRAME_END, FRAME_HEADER, FRAME_OVERHEAD, PAYLOAD_AT } from './frames';

/** A message whose frames fit into this is copied into one buffer; a larger body goes to the socket as it is. */
const COPY_UP_TO = 16_384;
/** Of the content header before the property flags: class, weight, body size. */
const HEADER_FIELDS = 12;
const BASIC_CLASS = 60;
const END = Buffer.from([FRAME_END]);

/**
 * The frames of a method that carries a message: the method, the content header, and the body in as many frames as the
 * connection's frame size asks for; none for an empty body.
 *
 * @param method its whole frame.
 * @param properties flags and values.
 * @param maxFrameBytes of a whole frame.
 */
export function contentFrames(
  channel: number,
  method: Buffer,
  properties: Buffer,
  body: Buffer,
  maxFrameBytes: number,
): Buffer[] {
  const header = headerFrame(channel, properties, body.length);
  if (body.length === 0) return [Buffer.concat([method, header])];
  const parts = [method, header, ...bodyFrames(channel, body, maxFrameBytes - FRAME_OVERHEAD)];
  return body.length <= COPY_UP_TO ? [Buffer.concat(parts)] : parts;
}

function frameStart(type: number, channel: number, payloadBytes: number, extraBytes = 0): Buffer {
  const start = Buffer.allocUnsafe(PAYLOAD_AT + extraBytes);
  start[0] = type;
  start.writeUInt16BE(channel, 1);
  start.writeUInt32BE(payloadBytes, 3);
  return start;
}

function headerFrame(channel: number, properties: Buffer, bodyBytes: number): Buffer {
  const payloadBytes = HEADER_FIELDS + properties.length;
  const frame = frameStart(FRAME_HEADER, channel, payloadBytes, payloadBytes + 1);
  frame.writeUInt16BE(BASIC_CLASS, PAYLOAD_AT);
  frame.writeUInt16BE(0, PAYLOAD_AT + 2);
  frame.writeUInt32BE(Math.floor(bodyBytes / 2 ** 32), PAYLOAD_AT + 4);
  frame.writeUInt32BE(bodyBytes % 2 ** 32, PAYLOAD_AT + 8);
  properties.copy(frame, PAYLOAD_AT + HEADER_FIELDS);
  frame[frame.length - 1] = FRAME_END;
  return frame;
}

function* bodyFrames(channel: number, body: Buffer, payloadBytes: number): Generator<Buffer> {
  for (let at = 0; at < body.length; at += payloadBytes) {
    const payload = body.subarray(at, at + payloadBytes);
    yield frameStart(FRAME_BODY, channel, payload.length);
    yield payload;
    yield END;
  }
}

/** A content header's class, the size of the body it announces, and its properties (a view of `payload`). */
export function readContentHeader(
  payload: Buffer,
): { classId: number; bodyBytes: number; properties: Buffer } | undefined {
  if (payload.length < HEADER_FIELDS + 2) return undefined;
  return {
    classId: payload.readUInt16BE(0),
    bodyBytes: Number(payload.readBigUInt64BE(4)),
    properties: payload.subarray(HEADER_FIELDS),
  };
}
