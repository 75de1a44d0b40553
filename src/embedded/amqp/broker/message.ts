/** What a message takes in memory besides its bytes: objects and list entries, roughly. */
const OVERHEAD_BYTES = 200;

/** A message as published: in every queue that it was routed to it is this one object. */
export class Message {
  /** How many queues hold it; see MemoryBudget. */
  holders = 0;
  readonly properties: Buffer;
  readonly body: Buffer;

  /**
   * @param properties as in the content header: flags and values; forwarded unchanged.
   * @param expiration its own time to live in milliseconds.
   */
  constructor(
    readonly exchange: string,
    readonly routingKey: string,
    properties: Buffer,
    body: Buffer,
    readonly persistent: boolean,
    readonly expiration?: number,
  ) {
    this.properties = owned(properties);
    this.body = owned(body);
  }

  get memoryBytes(): number {
    return this.body.length + this.properties.length + OVERHEAD_BYTES;
  }
}

/** The same bytes in memory of their own: small buffers are parts of a block of 8 KiB, which lives as long as any of them. */
function owned(bytes: Buffer): Buffer {
  if (bytes.length === bytes.buffer.byteLength) return bytes;
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

/** A message in one queue. */
export interface QueuedMessage {
  readonly message: Message;
  /** Its place in the queue: grows with each message, kept when it comes back. */
  readonly position: number;
  /** Milliseconds since 1970; Infinity: never. */
  readonly expiresAt: number;
  redelivered: boolean;
  /** How often it was delivered and came back; only quorum queues count. */
  returns: number;
}
