import { ApiError } from '../../http/api-error';
import { InvalidParameters } from '../../http/invalid-parameters';
import type { Heartbeats } from '../../storage/heartbeats';
import { ReadAborted } from '../../storage/read-budget';
import { StoreUnavailable } from '../../storage/store-unavailable';
import type { SearchEvents } from '../../telemetry/search-events';
import { SearchRunner } from './search-runner';

/** How the searches ended, by what each came to. */
async function outcomesOf(...searches: (() => Promise<{ answer: null; isPartial?: boolean }>)[]): Promise<unknown[]> {
  const ended = jest.fn<void, unknown[]>();
  const heartbeats: Pick<Heartbeats, 'readAll'> = { readAll: async () => [] };
  const events = { ended, read: () => undefined };
  const runner = new SearchRunner(
    heartbeats as Heartbeats,
    events as unknown as SearchEvents,
    { search: { concurrency: 1, timeLimitMs: 1_000 } },
    () => 0,
  );
  const { signal } = new AbortController();
  for (const search of searches) await runner.run('record', signal, search).catch(() => undefined);
  return ended.mock.calls.map(([, outcome]) => outcome);
}

const rejects = (error: Error) => (): Promise<never> => Promise.reject(error);

it('tells how searches ended: what asked for nothing that there is has not failed', async () => {
  const outcomes = await outcomesOf(
    async () => ({ answer: null }),
    async () => ({ answer: null, isPartial: true }),
    rejects(new ReadAborted()),
    rejects(new ApiError('too_busy', 'later')),
    rejects(new ApiError('not_found', 'expired')),
    rejects(new InvalidParameters([{ parameter: 'cursor', given: 'x', allowed: 'a cursor' }])),
    rejects(new StoreUnavailable(new Error('away'))),
    rejects(new TypeError('a mistake')),
  );
  expect(outcomes).toEqual(['complete', 'partial', 'aborted', 'too_busy', 'refused', 'refused', 'failed', 'failed']);
});
