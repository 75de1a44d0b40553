import type { Retry } from './write-gather';

/** The store was away for so long that the messages in hand are given back. Transient. */
export class StoreOutage extends Error {
  constructor(seconds: number, cause: unknown) {
    super(`the store has been away for ${Math.round(seconds)} s; messages go back to the broker until it returns`, {
      cause,
    });
  }
}

export interface OutageLimits {
  readonly firstWaitMs: number;
  readonly lastWaitMs: number;
  /** How long messages are kept in hand. The broker takes them back by force after 30 min by default. */
  readonly giveBackAfterMs: number;
}

export const OUTAGE_LIMITS: OutageLimits = { firstWaitMs: 100, lastWaitMs: 2_000, giveBackAfterMs: 15 * 60_000 };

/** What an outage tells while it lasts. */
export interface OutageEvents {
  storeAway(error: unknown, waitMs: number): void;
  storeBack(seconds: number): void;
}

/**
 * Waits an outage of the store out: tries again with growing waits, keeping the messages in hand, and gives up with
 * {@link StoreOutage} before the broker would lose patience. Only what `isTransient` says may pass is tried again.
 */
export function outageRetry(
  isTransient: (error: unknown) => boolean,
  limits: OutageLimits,
  events: OutageEvents,
  nowMs: () => number,
): Retry {
  return async (attempt) => {
    const startedAt = nowMs();
    for (let wait = limits.firstWaitMs; ; wait = Math.min(wait * 2, limits.lastWaitMs)) {
      try {
        const result = await attempt();
        if (wait > limits.firstWaitMs) events.storeBack((nowMs() - startedAt) / 1_000);
        return result;
      } catch (error) {
        if (!isTransient(error)) throw error;
        const awayMs = nowMs() - startedAt;
        if (awayMs >= limits.giveBackAfterMs) throw new StoreOutage(awayMs / 1_000, error);
        events.storeAway(error, wait);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  };
}
