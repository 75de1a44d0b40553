import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { isSamePolicy, policyOnReceipt } from '../../expiry/receipt';
import type { ReceiptLedger } from '../../expiry/receipt-ledger';
import { type ExpirableChunks, runRetention } from '../../expiry/retention-run';
import type { RetentionPolicy } from '../../log/retention-policy';
import { type Clock, SECOND_US } from '../../log/timestamp';
import type { Leases } from '../../storage/leases';
import type { RetentionEvents } from '../../telemetry/retention-events';

export const LEASE = 'retention';
/** A process that was killed is replaced after this time and a third of it, ms. */
const LEASE_MS = 15_000;
/** A run that another process completed so shortly before is as good as one of our own, µs. */
const COVERED_US = 30 * SECOND_US;

export interface RunnerParts {
  readonly chunks: ExpirableChunks;
  readonly ledger: Pick<ReceiptLedger, 'newest' | 'closeInterrupted' | 'open' | 'account' | 'close'>;
  readonly leases: Pick<Leases, 'take' | 'renew' | 'release'>;
  readonly events: RetentionEvents;
  readonly policy: RetentionPolicy;
  readonly clock: Clock;
  readonly leaseMs?: number;
}

/** Runs retention in one process at a time. */
export class RetentionRunner {
  /** This process; another one after every start. */
  readonly id = randomUUID();
  private readonly leaseMs: number;

  constructor(private readonly parts: RunnerParts) {
    this.leaseMs = parts.leaseMs ?? LEASE_MS;
  }

  /**
   * Removes what has expired, or waits while another process does so and takes over where that goes silent. Resolves to
   * whether it has been done; false: it failed, or was stopped. Rejects while MongoDB is away.
   */
  async run(signal: AbortSignal): Promise<boolean> {
    const triggeredAt = this.parts.clock();
    if (!(await this.takeLease(signal))) return false;
    try {
      if (await this.isCovered(triggeredAt)) return true;
      return (await this.runUnderLease(signal)) === 'completed';
    } finally {
      await this.parts.leases.release(LEASE, this.id).catch((error: unknown) => this.parts.events.leaseFailed(error)); // it runs out by itself
    }
  }

  /** False when it was told to stop before. */
  private async takeLease(signal: AbortSignal): Promise<boolean> {
    const { leases, events } = this.parts;
    for (let tries = 1; !signal.aborted; tries++) {
      const { isTaken, takenFrom } = await leases.take(LEASE, this.id, this.leaseMs);
      if (takenFrom !== null) events.tookOver(takenFrom);
      if (isTaken) return true;
      if (tries === 1) events.waiting();
      await pause(this.leaseMs / 3, signal);
    }
    return false;
  }

  /** Whether another process has just completed a run under the same policy, so that a second one would find nothing. */
  private async isCovered(triggeredAt: number): Promise<boolean> {
    const { ledger, policy, events } = this.parts;
    const newest = await ledger.newest();
    if (newest?.state !== 'completed' || newest.runner === this.id || newest.finishedAt === null) return false;
    if (newest.finishedAt < triggeredAt - COVERED_US || !isSamePolicy(newest.policy, policyOnReceipt(policy)))
      return false;
    events.coveredBy(newest.id);
    return true;
  }

  /** The run ends early when the lease may have been lost; the ledger sees to it that nothing is removed after that. */
  private async runUnderLease(signal: AbortSignal): Promise<string> {
    const { chunks, ledger, events, policy, clock } = this.parts;
    const lost = new AbortController();
    const done = new AbortController();
    const renewing = this.renew(done.signal, lost);
    try {
      const either = AbortSignal.any([signal, lost.signal]);
      return await runRetention({
        chunks,
        ledger,
        events,
        policy,
        clock,
        id: uuidv7(),
        runner: this.id,
        signal: either,
      });
    } finally {
      done.abort();
      await renewing;
    }
  }

  /** Keeps the lease until `done`. Never rejects. */
  private async renew(done: AbortSignal, lost: AbortController): Promise<void> {
    const { leases, events } = this.parts;
    let failure: unknown = null;
    for (let failures = 0; failures < 2;) {
      await pause(this.leaseMs / 3, done);
      if (done.aborted) return;
      try {
        if (!(await leases.renew(LEASE, this.id, this.leaseMs))) break;
        failures = 0;
      } catch (error) {
        failures++;
        failure = error;
      }
    }
    events.leaseLost(failure);
    lost.abort();
  }
}

/** Resolves after some milliseconds, or as soon as the signal says so. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined); // it rejects with the signal alone
}
