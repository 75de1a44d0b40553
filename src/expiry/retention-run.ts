import type { Binary } from 'mongodb';
import type { ClientSession } from 'mongoose';
import type { ExpiredGroup } from '../log/expired-group';
import type { RetentionPolicy } from '../log/retention-policy';
import { type Clock, SECOND_US } from '../log/timestamp';
import type { RetentionEvents } from '../telemetry/retention-events';
import { policyOnReceipt, type RunState } from './receipt';
import { type ReceiptLedger, RunClosed } from './receipt-ledger';

/** The chunks that a run removes. */
export interface ExpirableChunks {
  /** Those that have expired, some at a time. */
  expired(policy: RetentionPolicy, now: number): AsyncIterable<readonly { readonly _id: Binary }[]>;
  /** Removes those still there in one transaction, within which it calls `account`, perhaps more than once. */
  remove(
    ids: readonly Binary[],
    account: (removed: readonly ExpiredGroup[], session: ClientSession) => Promise<void>,
    signal: AbortSignal,
  ): Promise<readonly ExpiredGroup[]>;
}

export interface RunParts {
  readonly chunks: ExpirableChunks;
  readonly ledger: Pick<ReceiptLedger, 'closeInterrupted' | 'open' | 'account' | 'close'>;
  readonly events: RetentionEvents;
  readonly policy: RetentionPolicy;
  readonly clock: Clock;
  /** Of the receipt; a UUIDv7. */
  readonly id: string;
  /** The process that runs it. */
  readonly runner: string;
  /** Ends the run after the removal in hand. */
  readonly signal: AbortSignal;
}

/**
 * One run: closes the receipts of runs that were killed, opens its own, removes chunk after chunk with its account, closes
 * the receipt. It may be killed anywhere: what it had removed by then is on its receipt, which the next run closes, and
 * what it had not is removed by that one. Resolves to how it ended; a failure is told, and on the receipt if that is
 * possible.
 */
export async function runRetention(parts: RunParts): Promise<Exclude<RunState, 'running'>> {
  const { ledger, events, clock, id } = parts;
  const startedAt = clock();
  events.runStarted(id);
  const end = (state: Exclude<RunState, 'running'>): typeof state => {
    events.runEnded(id, state, (clock() - startedAt) / SECOND_US);
    return state;
  };
  try {
    for (const interrupted of await ledger.closeInterrupted(startedAt)) events.runInterrupted(interrupted);
    await ledger.open({ id, startedAt, runner: parts.runner, policy: policyOnReceipt(parts.policy) });
    const isWhole = await removeExpired(parts, startedAt);
    const state = isWhole ? 'completed' : 'stopped';
    return end((await ledger.close(id, state, clock())) ? state : 'interrupted');
  } catch (error) {
    if (error instanceof RunClosed) return end('interrupted');
    const { aborted } = parts.signal;
    if (!aborted) events.failed(error);
    const state = aborted ? 'stopped' : 'failed';
    const reason = aborted ? null : error instanceof Error ? error.message : String(error);
    // Where this fails, too, the next run closes it.
    await ledger.close(id, state, clock(), reason).catch((another: unknown) => events.receiptLeftOpen(id, another));
    return end(state);
  }
}

/** A run in progress is told of in the log this often. */
const PROGRESS_US = 10 * SECOND_US;

/** Whether everything that had expired was looked at. */
async function removeExpired(parts: RunParts, startedAt: number): Promise<boolean> {
  const { chunks, ledger, events, policy, clock, id, signal } = parts;
  let toldAt = startedAt;
  if (signal.aborted) return false;
  for await (const batch of chunks.expired(policy, startedAt)) {
    const removed = await chunks.remove(
      batch.map(({ _id }) => _id),
      (groups, session) => ledger.account({ id, startedAt }, groups, session),
      signal,
    );
    for (const group of removed) events.removed(group);
    if (signal.aborted) return false;
    if (clock() - toldAt < PROGRESS_US) continue;
    toldAt = clock();
    events.runGoesOn(id);
  }
  return true;
}
