/** Length, request id, id answered to, opcode: four int32, little-endian, before every message. */
export const HEADER_BYTES = 16;
/** What mongod takes, and says so in its hello. */
export const MAX_MESSAGE_BYTES = 48_000_000;

/** The bytes of a client are no message of the protocol; nothing after them can be understood. */
export class MalformedMessage extends Error {
  override readonly name = 'MalformedMessage';
}

/**
 * Cuts what arrives on a connection into messages. Memory is taken for bytes that came, never for a length that was only
 * announced.
 */
export class MessageReader {
  private chunks: Buffer[] = [];
  private held = 0;

  /** Takes the next bytes; gives the messages that are complete with them, each in one piece. Throws {@link MalformedMessage}. */
  *read(chunk: Buffer): Generator<Buffer, void> {
    this.chunks.push(chunk);
    this.held += chunk.length;
    for (let length = this.nextLength(); length !== null && this.held >= length; length = this.nextLength()) {
      const bytes = this.joined();
      const rest = bytes.subarray(length);
      this.chunks = rest.length === 0 ? [] : [rest];
      this.held = rest.length;
      yield bytes.subarray(0, length);
    }
  }

  /** The length of the message that has begun; null while its header is not there. */
  private nextLength(): number | null {
    if (this.held < HEADER_BYTES) return null;
    const [first] = this.chunks;
    const header = first !== undefined && first.length >= HEADER_BYTES ? first : this.joined();
    const length = header.readInt32LE(0);
    if (length >= HEADER_BYTES && length <= MAX_MESSAGE_BYTES) return length;
    throw new MalformedMessage(`a message of ${length} bytes`);
  }

  private joined(): Buffer {
    const [only] = this.chunks;
    if (only !== undefined && this.chunks.length === 1) return only;
    const bytes = Buffer.concat(this.chunks, this.held);
    this.chunks = [bytes];
    return bytes;
  }
}
