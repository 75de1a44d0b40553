import type { DecodedMessage } from '../../log/decode-message';
import { messageTime, type WireMessage } from '../../log/wire-message';

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
    readonly decoded: DecodedMessage,
  ) {
    this.madeAt = messageTime(message);
    this.done = new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
  }

  /** Whether all of it can be known again at a second delivery; foreign single lines without a UUID cannot. */
  get isPack(): boolean {
    return this.decoded.parts.every(({ id }) => id !== null);
  }

  settle(error?: unknown): void {
    if (error === undefined) this.finish();
    else this.fail(error);
  }
}
