/** Wakes whoever waits. A ring while nobody waits is remembered. */
export class Bell {
  private wake: (() => void) | null = null;
  private hasRung = false;

  ring(): void {
    this.hasRung = true;
    this.wake?.();
  }

  /** Resolves at the next ring, at once where there was one since the last wait, or after so many milliseconds. */
  async wait(ms: number): Promise<void> {
    if (!this.hasRung) {
      await new Promise<void>((resolve) => {
        const timer = Number.isFinite(ms) ? setTimeout(resolve, ms) : undefined;
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.wake = null;
    this.hasRung = false;
  }
}
