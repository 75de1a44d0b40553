import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Calls `act` so many times a second, whatever becomes of the calls before, until it is told to stop. Resolves with what all
 * calls came to; rejects, and calls no more, when one does.
 *
 * @param act is given the number of its call, from 0.
 */
export async function steadily<T>(aSecond: number, act: (call: number) => Promise<T>, stop: AbortSignal): Promise<T[]> {
  const startedAt = Date.now();
  const calls: Promise<T>[] = [];
  const failed = new AbortController();
  const signal = AbortSignal.any([stop, failed.signal]);
  while (!signal.aborted) {
    const call = act(calls.length);
    call.catch(() => failed.abort()); // told by the end
    calls.push(call);
    const dueAt = startedAt + (calls.length * 1_000) / aSecond;
    await sleep(Math.max(0, dueAt - Date.now()), undefined, { signal }).catch(() => undefined); // cut short by the stop
  }
  return Promise.all(calls);
}

/** What `work` comes to; it is told to stop after so many milliseconds, or when any of it fails. */
export async function forMilliseconds<T>(ms: number, work: (stop: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), ms);
  try {
    return await work(stop.signal);
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}
