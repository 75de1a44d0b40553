import { SECOND_US } from '../log/timestamp';
import { type Heartbeat, STALE_AFTER_US } from './heartbeats';

/** How far an answer can be trusted to be all there is. It speaks of what our own sources sent. */
export interface Completeness {
  /** What was published before this time is stored; microseconds, null when nothing is known. */
  readonly storedUntil: number | null;
  /** What is not stored yet; null when no collector tells. */
  readonly waiting: Waiting | null;
  /** Whether a collector has told of itself of late. */
  readonly isCollecting: boolean;
}

interface Waiting {
  /** Messages that wait in LogQueue for a collector. */
  readonly messages: number;
  /** Messages that collectors hold and have not stored yet. */
  readonly inHand: number;
}

/** What was published within the last second may be on its way still. */
const ON_ITS_WAY_US = SECOND_US;

/**
 * Everything made before `storedUntil` is stored, because nothing older is
 *   in hand: no collector tells of an older message. A stale heartbeat goes on counting, as what it told of may be back in
 *     the queue, until a live collector has seen the queue empty since it went stale;
 *   in the queue: it is empty, or else what is in it was made after the newest message delivered so far, or, by another
 *     source, less than a second before it: each took its own time to the queue;
 *   on its way there: that takes less than a second.
 * With no collector alive nothing is stored any more and the value stands still.
 */
export function completenessOf(heartbeats: readonly Heartbeat[], now: number): Completeness {
  const newest = heartbeats.reduce<Heartbeat | null>((a, b) => (a === null || b.at > a.at ? b : a), null);
  if (newest === null) return { storedUntil: null, waiting: null, isCollecting: false };
  const asOf = Math.min(now, newest.at);
  const live = heartbeats.filter(({ at }) => at >= asOf - STALE_AFTER_US);
  const counting = heartbeats.filter((heartbeat) => live.includes(heartbeat) || !isSettled(heartbeat, live));
  const isCollecting = newest.at >= now - STALE_AFTER_US;
  const queued = newestTold(live);
  return {
    storedUntil: earliest([
      asOf - ON_ITS_WAY_US,
      ...counting.map(({ oldestInHand }) => oldestInHand ?? Infinity),
      ...(queued === 0 ? [] : [madeBeforeAllQueued(counting)]),
    ]),
    waiting:
      isCollecting && queued !== null
        ? { messages: queued, inHand: live.reduce((sum, { inHand }) => sum + inHand, 0) }
        : null,
    isCollecting,
  };
}

/** Whether what a stale heartbeat told of has been stored since: a live collector saw the queue empty after it. */
function isSettled(stale: Heartbeat, live: readonly Heartbeat[]): boolean {
  return live.some(({ ready, at }) => ready === 0 && at > stale.at + STALE_AFTER_US);
}

/** Messages in the queue, by the latest heartbeat that knows; null when none does. */
function newestTold(live: readonly Heartbeat[]): number | null {
  const telling = live.filter(({ ready }) => ready !== null).sort((a, b) => b.at - a.at);
  return telling[0]?.ready ?? null;
}

/** Null when nobody has been delivered anything, so that nothing is known of what waits. */
function madeBeforeAllQueued(heartbeats: readonly Heartbeat[]): number | null {
  const times = heartbeats.map(({ newestDelivered }) => newestDelivered ?? -Infinity);
  const newest = Math.max(...times);
  return newest === -Infinity ? null : newest - ON_ITS_WAY_US;
}

function earliest(times: readonly (number | null)[]): number | null {
  return times.reduce((least, time) => (least === null || time === null ? null : Math.min(least, time)));
}
