import type { RoleProcess } from '../test/support/role-process';
import { steadily } from './steadily';

const REQUESTS_A_SECOND = 20;

/**
 * What became of a request: the broker has all of it; or the source refused it as a whole (429: too much waits already); or
 * the source cannot say (503), so that some of it may be stored.
 */
export type Outcome = 'accepted' | 'refused' | 'unknown';

export interface Sent {
  /** Of each request, in the order of their sending. */
  readonly outcomes: readonly Outcome[];
  readonly linesARequest: number;
  /** Lines that were accepted. */
  readonly accepted: number;
  /** From the first request to when the one after the last would have been sent. */
  readonly seconds: number;
}

/**
 * Sends lines through `POST /ingest` at a steady pace, 20 requests a second whatever becomes of those before, until it is
 * told to stop. Resolves once every request is answered.
 *
 * @param makeLines so many lines whose times are about `atMs`, for the request of this number, from 0.
 */
export async function sendSteadily(
  source: RoleProcess,
  recordsASecond: number,
  makeLines: (count: number, atMs: number, request: number) => string,
  stop: AbortSignal,
): Promise<Sent> {
  const linesARequest = Math.round(recordsASecond / REQUESTS_A_SECOND);
  const startedAt = Date.now();
  let lastAt = startedAt;
  const send = (request: number): Promise<Outcome> => {
    lastAt = Date.now();
    return sendLines(source, makeLines(linesARequest, lastAt, request), linesARequest);
  };
  const outcomes = await steadily(REQUESTS_A_SECOND, send, stop);
  const seconds = (lastAt - startedAt) / 1_000 + 1 / REQUESTS_A_SECOND;
  const accepted = outcomes.filter((outcome) => outcome === 'accepted').length * linesARequest;
  return { outcomes, linesARequest, accepted, seconds };
}

/** One request. Rejects where the source answers what it should not. */
export async function sendLines(source: RoleProcess, lines: string, count: number): Promise<Outcome> {
  const answer = await fetch(`${source.url}/ingest`, { method: 'POST', body: lines });
  const text = await answer.text();
  if (answer.status === 429) return 'refused';
  if (answer.status === 503) return 'unknown';
  if (!answer.ok) throw new Error(`/ingest answered ${answer.status}: ${text}`);
  const { accepted } = JSON.parse(text) as { accepted: number };
  if (accepted !== count) throw new Error(`/ingest took ${accepted} of ${count} lines: ${text}`);
  return 'accepted';
}
