import type { RoleProcess } from '../test/support/role-process';
import { steadily } from './steadily';

/** A search that was answered. */
export interface Searched {
  /** When it was asked, ms since the Unix epoch. */
  readonly at: number;
  readonly ms: number;
  /** 429: as many as may be are being answered already. */
  readonly isRefused: boolean;
}

/** What people look at: the newest, one service's errors, words, and how much there is. */
const QUERIES = [
  '/api/v1/logs?limit=100',
  '/api/v1/logs?service=payments&severity=error&from=5d&limit=100',
  '/api/v1/logs?service=checkout&q=ECONNRESET&from=8d&limit=50',
  '/api/v1/logs/histogram?service=payments&interval=1h&from=3d',
];

/** Asks in turn, so many times a second whatever becomes of those before, until it is told to stop. Rejects where one fails. */
export function searchSteadily(search: RoleProcess, aSecond: number, stop: AbortSignal): Promise<Searched[]> {
  return steadily(aSecond, (asked) => searchOnce(`${search.url}${QUERIES[asked % QUERIES.length]}`), stop);
}

async function searchOnce(url: string): Promise<Searched> {
  const at = Date.now();
  const startedAt = performance.now();
  const answer = await fetch(url);
  const text = await answer.text();
  const isRefused = answer.status === 429;
  if (!answer.ok && !isRefused) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return { at, ms: performance.now() - startedAt, isRefused };
}
