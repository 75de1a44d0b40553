import { type ModelDefinition, raw } from '@nestjs/mongoose';
import { Schema } from 'mongoose';
import type { Expired, ExpiredGroup } from '../log/expired-group';
import type { PolicyOnReceipt, Receipt } from './receipt';

/** Receipts are kept for so long, whatever the retention: a little over a year, for whoever has to show one. */
const RECEIPT_DAYS = 400;
const RECEIPT_SECONDS = RECEIPT_DAYS * 86_400;

/** Times in microseconds, but for `at`. `from` and `to` are absent as long as nothing was removed. */
export interface ReceiptDocument
  extends Omit<Receipt, 'id' | 'total' | 'policy'>, Pick<Expired, 'chunks' | 'records' | 'bytes'> {
  readonly _id: string;
  /** `startedAt` as a date, for the expiry. */
  readonly at: Date;
  readonly policy: PolicyOnReceipt;
  readonly from?: number;
  readonly to?: number;
  /** How many documents of its groups there are. */
  readonly groups: number;
}

/** What a run removed of one service and severity: a document of its own, as there may be many. */
export interface ReceiptGroupDocument extends ExpiredGroup {
  readonly run: string;
  readonly at: Date;
}

const OPTIONS = { autoIndex: false, autoCreate: false, bufferCommands: false, versionKey: false, id: false } as const;
const COUNTS = { chunks: Number, records: Number, bytes: Number, from: Number, to: Number } as const;

const receiptSchema = new Schema(
  raw({
    _id: String,
    at: Date,
    state: String,
    startedAt: Number,
    finishedAt: Number,
    runner: String,
    policy: Schema.Types.Mixed,
    error: String,
    groups: Number,
    ...COUNTS,
  }),
  { ...OPTIONS, collection: 'retention_receipts' },
)
  .index({ state: 1 })
  .index({ at: 1 }, { expireAfterSeconds: RECEIPT_SECONDS });

const groupSchema = new Schema(raw({ run: String, at: Date, service: String, severity: String, ...COUNTS }), {
  ...OPTIONS,
  collection: 'retention_receipt_groups',
})
  .index({ run: 1, service: 1, severity: 1 }, { unique: true })
  .index({ run: 1, records: -1, service: 1, severity: 1 })
  .index({ at: 1 }, { expireAfterSeconds: RECEIPT_SECONDS });

// Each has its type from here: in one literal the compiler would compare the types of the schemas, which takes it seconds.
const receipt: ModelDefinition = { name: 'RetentionReceipt', schema: receiptSchema };
const group: ModelDefinition = { name: 'RetentionReceiptGroup', schema: groupSchema };

/** Whoever opens the connection makes their collections and indexes, as of every model. */
export const RECEIPT_MODELS: readonly ModelDefinition[] = [receipt, group];
