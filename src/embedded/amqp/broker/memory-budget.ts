import type { Message } from './message';

/**
 * The bytes of all queues' messages together: they lie in the application's heap, so they need a bound. A message in
 * several queues counts once.
 */
export class MemoryBudget {
  private used = 0;
  private told = false;

  /** @param onFull called when the bound is reached, again only after use has fallen below nine tenths of it. */
  constructor(
    readonly limitBytes: number,
    private readonly onFull: () => void,
  ) {}

  hold(message: Message): void {
    message.holders += 1;
    if (message.holders === 1) this.used += message.memoryBytes;
  }

  release(message: Message): void {
    message.holders -= 1;
    if (message.holders === 0) this.used -= message.memoryBytes;
    if (this.used < this.limitBytes * 0.9) this.told = false;
  }

  get usedBytes(): number {
    return this.used;
  }

  /** Whether more is held than should be. */
  get isOver(): boolean {
    const over = this.used > this.limitBytes;
    if (over) this.tell();
    return over;
  }

  /** Whether `message`, unless held already, fits no more. */
  refuses(message: Message): boolean {
    const full = this.used + (message.holders === 0 ? message.memoryBytes : 0) > this.limitBytes;
    if (full) this.tell();
    return full;
  }

  private tell(): void {
    if (this.told) return;
    this.told = true;
    this.onFull();
  }
}
