import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { ClientSession, Model } from 'mongoose';
import { type ExpiredGroup, NOTHING_EXPIRED } from '../log/expired-group';
import { MILLISECOND_US } from '../log/timestamp';
import type { Receipt, RunState } from './receipt';
import type { ReceiptDocument, ReceiptGroupDocument } from './receipt-schemas';

/** The run is no longer the one that may remove: its receipt was closed by another process. */
export class RunClosed extends Error {
  override readonly name = 'RunClosed';
}

const DURABLE = { writeConcern: { w: 'majority', j: true } } as const;
const MAX_ERROR_LENGTH = 1_000;

/** What a run is begun with. */
export type NewRun = Pick<Receipt, 'id' | 'startedAt' | 'runner' | 'policy'>;

/**
 * Where runs write their receipts. Only a run whose receipt is open may remove chunks: each removal is written down in the
 * transaction that removes, which fails once the receipt is closed. So a process that was thought dead, and wakes up while
 * another does its work, removes nothing and changes no receipt.
 *
 * Rejects with the driver's errors while MongoDB is away.
 */
@Injectable()
export class ReceiptLedger {
  constructor(
    @InjectModel('RetentionReceipt') private readonly receipts: Model<ReceiptDocument>,
    @InjectModel('RetentionReceiptGroup') private readonly groups: Model<ReceiptGroupDocument>,
  ) {}

  /** The newest receipt, whatever its state; null before the first. */
  async newest(): Promise<Receipt | null> {
    const document = await this.receipts.findOne().sort({ _id: -1 }).lean<ReceiptDocument>().exec();
    return document === null ? null : readReceipt(document);
  }

  /** Closes whatever is open as interrupted: call it where no run should be open. Resolves to the ids. */
  async closeInterrupted(now: number): Promise<string[]> {
    const open = await this.receipts
      .find({ state: 'running' }, { _id: 1 })
      .lean<Pick<ReceiptDocument, '_id'>[]>()
      .exec();
    const closed: string[] = [];
    for (const { _id } of open) if (await this.close(_id, 'interrupted', now)) closed.push(_id);
    return closed;
  }

  /** Opens the receipt of a run; durable before anything is removed. */
  async open({ id, startedAt, runner, policy }: NewRun): Promise<void> {
    const { chunks, records, bytes } = NOTHING_EXPIRED;
    const document: ReceiptDocument = {
      _id: id,
      at: dateOf(startedAt),
      state: 'running',
      startedAt,
      finishedAt: null,
      runner,
      policy,
      error: null,
      groups: 0,
      chunks,
      records,
      bytes,
    };
    await this.receipts.create([document], DURABLE.writeConcern);
  }

  /** Adds what was removed, in the transaction that removes it. Throws {@link RunClosed}. */
  async account(
    run: Pick<Receipt, 'id' | 'startedAt'>,
    removed: readonly ExpiredGroup[],
    session: ClientSession,
  ): Promise<void> {
    const added = await this.addGroups(run, removed, session);
    const sum = (field: 'chunks' | 'records' | 'bytes'): number =>
      removed.reduce((total, group) => total + group[field], 0);
    const { matchedCount } = await this.receipts.updateOne(
      { _id: run.id, state: 'running' },
      {
        $inc: { chunks: sum('chunks'), records: sum('records'), bytes: sum('bytes'), groups: added },
        ...(removed.length > 0 && {
          $min: { from: Math.min(...removed.map(({ from }) => from)) },
          $max: { to: Math.max(...removed.map(({ to }) => to)) },
        }),
      },
      { session },
    );
    if (matchedCount === 0) throw new RunClosed(`the receipt ${run.id} is closed`);
  }

  /** Ends a run. False when it was closed already, and is left as it is. */
  async close(
    id: string,
    state: Exclude<RunState, 'running'>,
    now: number,
    error: string | null = null,
  ): Promise<boolean> {
    const { matchedCount } = await this.receipts.updateOne(
      { _id: id, state: 'running' },
      { $set: { state, finishedAt: now, error: error?.slice(0, MAX_ERROR_LENGTH) ?? null } },
      DURABLE,
    );
    return matchedCount === 1;
  }

  /** Resolves to how many of the groups are new to the receipt. */
  private async addGroups(
    run: Pick<Receipt, 'id' | 'startedAt'>,
    removed: readonly ExpiredGroup[],
    session: ClientSession,
  ): Promise<number> {
    if (removed.length === 0) return 0;
    const updates = removed.map(({ service, severity, chunks, records, bytes, from, to }) => ({
      updateOne: {
        filter: { run: run.id, service, severity },
        update: {
          $inc: { chunks, records, bytes },
          $min: { from },
          $max: { to },
          $setOnInsert: { at: dateOf(run.startedAt) },
        },
        upsert: true,
      },
    }));
    return (await this.groups.bulkWrite(updates, { session })).upsertedCount;
  }
}

export function readReceipt(document: ReceiptDocument): Receipt {
  const { _id, state, startedAt, finishedAt, runner, policy, error } = document;
  const { chunks, records, bytes, from = null, to = null } = document;
  const total = { chunks, records, bytes, from, to };
  return { id: _id, state, startedAt, finishedAt, runner, policy, total, error };
}

function dateOf(time: number): Date {
  return new Date(Math.floor(time / MILLISECOND_US));
}
