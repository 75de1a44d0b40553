import type { DecodedMessage, Part } from '../../log/decode-message';
import type { LogRecord } from '../../log/log-record';
import type { Reject } from '../../log/reject';
import { messageTime, type WireMessage } from '../../log/wire-message';
import type { Chunk } from '../../storage/chunk';

/** What comes in larger messages is not gathered: a chunk of several would be too large for the store, and take too long. */
const MAX_GATHERED_BYTES = 64 * 1024;

/** What a message holds, as small as it can be kept until it is written. */
export interface MessageContent {
  /** Of each part that can be known again at a second delivery, or that is large. */
  readonly chunks: readonly Chunk[];
  /** Records of small foreign messages without a UUID: they are gathered with those of others. */
  readonly singles: readonly LogRecord[];
  readonly rejects: readonly Reject[];
}

/**
 * Encodes parts as soon as they are read: as records, a full hand would outlive several collections of young objects,
 * and take many times the memory.
 *
 * @param bytes how long the message was.
 */
export function contentOf(
  { parts, rejects }: DecodedMessage,
  bytes: number,
  encode: (part: Part) => Chunk,
): MessageContent {
  const chunks: Chunk[] = [];
  const singles: LogRecord[] = [];
  for (const part of parts) {
    if (part.id === null && bytes <= MAX_GATHERED_BYTES) singles.push(...part.records);
    else chunks.push(encode(part));
  }
  return { chunks, singles, rejects };
}

/** A message that was delivered and is not acknowledged yet. */
export class HeldMessage {
  /** Resolves once everything in the message is durable; rejects when the store was away for too long. */
  readonly done: Promise<void>;
  /** When the message was made, microseconds; null when it does not say. */
  readonly madeAt: number | null;
  private finish: () => void = () => undefined;
  private fail: (error: unknown) => void = () => undefined;

  constructor(
    readonly message: WireMessage,
    readonly content: MessageContent,
  ) {
    this.madeAt = messageTime(message);
    this.done = new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
  }

  /** Whether all of it is in chunks of its own already. */
  get isPack(): boolean {
    return this.content.singles.length === 0;
  }

  settle(error?: unknown): void {
    if (error === undefined) this.finish();
    else this.fail(error);
  }
}
