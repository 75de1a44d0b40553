/** What a message takes in memory besides its bytes: objects and list entries, roughly. */
const OVERHEAD_BYTES = 200;

/** A message as published: in every queue that it was routed to it is this one object. */
export class Message {
  /** How many queues hold it; see MemoryBudget. */
  holders = 0;

  /**
   * @param properties as in the content header: flags and values; forwarded unchanged.
   * @param expiration its own time to live in milliseconds.
   */
  constructor(
    readonly exchange: string,
    readonly routingKey: string,
    readonly properties: Buffer,
    readonly body: Buffer,
    readonly persistent: boolean,
    readonly expiration?: number,
  ) {}

  get memoryBytes(): number {
    return this.body.length + this.properties.length + OVERHEAD_BYTES;
  }
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
