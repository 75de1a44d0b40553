import { setTimeout as sleep } from 'node:timers/promises';

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>;

export interface EventuallyOptions {
  /** How long to go on trying, in milliseconds. */
  timeoutMs?: number;
  /** The pause between two tries, in milliseconds. */
  intervalMs?: number;
  /** What is awaited, for the error message. */
  describe?: string;
}

/**
 * Calls `fn` until it returns something truthy, and resolves with that. The way to wait in a test: on a condition,
 * never on a clock.
 *
 * @param fn may throw or reject (an `expect` inside, say): it is then tried again. It must return a value in the end.
 * @throws Error after `timeoutMs`, telling the last value, with the last error as its cause. A try that hangs counts.
 */
export async function eventually<T>(fn: () => T | Promise<T>, options: EventuallyOptions = {}): Promise<Truthy<T>> {
  const { timeoutMs = 10_000, intervalMs = 25, describe = 'the condition' } = options;
  const deadline = Date.now() + timeoutMs;
  const stop = new AbortController();
  const timedOut = sleep(timeoutMs, 'timeout' as const, { signal: stop.signal }).catch(() => 'timeout' as const);
  let last = 'it was still being tried for the first time';
  let cause: unknown;
  try {
    do {
      try {
        const tried = await Promise.race([Promise.resolve(fn()).then((value) => ({ value })), timedOut]);
        if (tried === 'timeout') break;
        if (tried.value) return tried.value as Truthy<T>;
        last = `the last value was ${JSON.stringify(tried.value) ?? 'undefined'}`;
        cause = undefined;
      } catch (error) {
        last = `the last try failed: ${error instanceof Error ? error.message : String(error)}`;
        cause = error;
      }
      await sleep(intervalMs);
    } while (Date.now() < deadline);
  } finally {
    stop.abort();
  }
  throw new Error(`${describe} did not come true within ${timeoutMs} ms: ${last}`, { cause });
}
