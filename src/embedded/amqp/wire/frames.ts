import { AmqpError } from '../reply-codes';

/**
 * Frames of AMQP 0-9-1 (section 4.2.3):
 *
 *     type(1) channel(2) size(4) payload(size) end(1) = 0xCE
 */
export const FRAME_METHOD = 1;
export const FRAME_HEADER = 2;
export const FRAME_BODY = 3;
export const FRAME_HEARTBEAT = 8;
export const FRAME_END = 0xce;
/** What a frame takes besides its payload. */
export const FRAME_OVERHEAD = 8;
export const PAYLOAD_AT = 7;

export const HEARTBEAT = Buffer.from([FRAME_HEARTBEAT, 0, 0, 0, 0, 0, 0, FRAME_END]);

export interface Frame {
  type: number;
  channel: number;
  /** A view of the bytes read from the socket: copy what is to be kept. */
  payload: Buffer;
}

/**
 * Cuts the bytes of a connection into frames, however they are split into chunks. A frame that a chunk holds whole is
 * not copied; a part of one is kept until the rest is there, and never more than one frame.
 */
export class FrameReader {
  private parts: Buffer[] = [];
  private held = 0;
  /** Bytes without which no frame is whole. */
  private wanted = PAYLOAD_AT;

  /** @param maxFrameBytes of a whole frame; more is an error before any memory is taken for it. */
  constructor(public maxFrameBytes: number) {}

  /** The frames that `chunk` completes. @throws AmqpError FRAME_ERROR where the bytes are no frames. */
  *read(chunk: Buffer): Generator<Frame> {
    this.parts.push(chunk);
    this.held += chunk.length;
    if (this.held < this.wanted) return;
    const bytes = this.parts.length === 1 ? chunk : Buffer.concat(this.parts);
    let at = 0;
    for (;;) {
      const total = this.frameBytes(bytes, at);
      if (at + total > bytes.length) {
        this.keep(bytes.subarray(at), total);
        return;
      }
      const payload = bytes.subarray(at + PAYLOAD_AT, at + total - 1);
      const frame = { type: bytes.readUInt8(at), channel: bytes.readUInt16BE(at + 1), payload };
      at += total;
      yield frame;
    }
  }

  private keep(rest: Buffer, wanted: number): void {
    this.parts = rest.length > 0 ? [rest] : [];
    this.held = rest.length;
    this.wanted = wanted;
  }

  /** The size of the frame at `at`; of its header while that is not whole. */
  private frameBytes(bytes: Buffer, at: number): number {
    if (bytes.length - at < PAYLOAD_AT) return PAYLOAD_AT;
    const total = bytes.readUInt32BE(at + 3) + FRAME_OVERHEAD;
    if (total > this.maxFrameBytes) {
      throw new AmqpError('FRAME_ERROR', `type ${bytes[at]}, a frame of ${total} bytes is too large`);
    }
    if (at + total <= bytes.length && bytes[at + total - 1] !== FRAME_END) {
      throw new AmqpError('FRAME_ERROR', `type ${bytes[at]}, the frame does not end with its end octet`);
    }
    return total;
  }
}
