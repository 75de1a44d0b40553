import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { ClientSession, Model } from 'mongoose';
import type { ExpiredGroup } from '../log/expired-group';
import type { FullReceipt } from './receipt';
import { readReceipt } from './receipt-ledger';
import type { ReceiptDocument, ReceiptGroupDocument } from './receipt-schemas';

export interface ReceiptPage {
  readonly receipts: readonly FullReceipt[];
  /** What to ask the next page with; null: there is none. */
  readonly nextCursor: string | null;
}

/** A cursor that {@link ReceiptPages.list} did not give. */
export class ReceiptCursorInvalid extends Error {
  override readonly name = 'ReceiptCursorInvalid';
}

/** Groups that are told of one receipt. */
export const MAX_GROUPS = 1_000;

/** Reads the receipts of runs. Each expires by itself, 400 days after its run began. */
@Injectable()
export class ReceiptPages {
  constructor(
    @InjectModel('RetentionReceipt') private readonly receipts: Model<ReceiptDocument>,
    @InjectModel('RetentionReceiptGroup') private readonly groups: Model<ReceiptGroupDocument>,
  ) {}

  /**
   * A page of at most `limit`, newest first; of a run in progress what it has removed so far. A run that begins meanwhile
   * appears on no later page; none comes twice. Rejects with {@link ReceiptCursorInvalid}, and with the driver's error when
   * MongoDB is away.
   */
  async list({ limit, cursor }: { limit: number; cursor: string | null }): Promise<ReceiptPage> {
    const filter = cursor === null ? {} : { _id: { $lt: decodeCursor(cursor) } };
    return this.asOfOneMoment(async (session) => {
      const found = await this.receipts
        .find(filter)
        .sort({ _id: -1 })
        .limit(limit + 1)
        .session(session)
        .lean<ReceiptDocument[]>()
        .exec();
      const receipts: FullReceipt[] = [];
      for (const document of found.slice(0, limit)) receipts.push(await this.withGroups(document, session));
      const last = found[limit - 1];
      return { receipts, nextCursor: found.length > limit && last !== undefined ? encodeCursor(last._id) : null };
    });
  }

  /** A run in progress adds to its receipt and its groups in one transaction; read in one, they add up. */
  private asOfOneMoment<T>(read: (session: ClientSession) => Promise<T>): Promise<T> {
    return this.receipts.db.transaction(read, { readConcern: { level: 'snapshot' } });
  }

  private async withGroups(document: ReceiptDocument, session: ClientSession): Promise<FullReceipt> {
    const groups =
      document.groups === 0
        ? []
        : await this.groups
            .find({ run: document._id }, { _id: 0, run: 0, at: 0 })
            .sort({ records: -1, service: 1, severity: 1 })
            .limit(MAX_GROUPS)
            .session(session)
            .lean<ExpiredGroup[]>()
            .exec();
    return { ...readReceipt(document), groups, otherGroups: Math.max(0, document.groups - groups.length) };
  }
}

/** The first character names the format; another layout gets another digit. */
const FORMAT = '1';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function encodeCursor(id: string): string {
  return FORMAT + Buffer.from(id).toString('base64url');
}

function decodeCursor(cursor: string): string {
  const id = cursor.startsWith(FORMAT) ? Buffer.from(cursor.slice(FORMAT.length), 'base64url').toString() : '';
  if (!UUID.test(id) || encodeCursor(id) !== cursor) throw new ReceiptCursorInvalid('no cursor of the receipts');
  return id;
}
