/** Reply codes of AMQP 0-9-1 (section 1.8, Constants, and RabbitMQ's errata), by the name that RabbitMQ puts in the text. */
export const REPLY_CODES = {
  SUCCESS: 200,
  NO_ROUTE: 312,
  CONNECTION_FORCED: 320,
  ACCESS_REFUSED: 403,
  NOT_FOUND: 404,
  RESOURCE_LOCKED: 405,
  PRECONDITION_FAILED: 406,
  FRAME_ERROR: 501,
  SYNTAX_ERROR: 502,
  COMMAND_INVALID: 503,
  CHANNEL_ERROR: 504,
  UNEXPECTED_FRAME: 505,
  NOT_ALLOWED: 530,
  NOT_IMPLEMENTED: 540,
  INTERNAL_ERROR: 541,
} as const;

export type ReplyName = keyof typeof REPLY_CODES;

/** What the specification calls "soft errors": they close the channel and leave the connection open. */
const CHANNEL_ERRORS: ReadonlySet<ReplyName> = new Set([
  'ACCESS_REFUSED',
  'NOT_FOUND',
  'RESOURCE_LOCKED',
  'PRECONDITION_FAILED',
]);

/** A reply text is a short string: 255 bytes at most. */
function shortened(text: string): string {
  let cut = text;
  while (Buffer.byteLength(cut) > 255) cut = cut.slice(0, -1);
  return cut;
}

/** What a client did wrong or asks for in vain; ends its channel or its whole connection with a code and a reason. */
export class AmqpError extends Error {
  readonly code: number;
  /** As sent to the client: `NOT_FOUND - no queue 'a' in vhost '/'`. */
  readonly replyText: string;

  /** @param reason what follows the code's name, worded as RabbitMQ words it where it has the same case. */
  constructor(
    readonly reply: ReplyName,
    reason: string,
  ) {
    super(`${reply} - ${reason}`);
    this.name = 'AmqpError';
    this.code = REPLY_CODES[reply];
    this.replyText = shortened(this.message);
  }

  /** Whether the channel alone is closed for it. */
  get closesOnlyTheChannel(): boolean {
    return CHANNEL_ERRORS.has(this.reply);
  }
}
