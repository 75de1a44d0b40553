import { Injectable } from '@nestjs/common';
import { mongo } from 'mongoose';
import { MILLISECOND_US, MINUTE_US } from '../log/timestamp';
import { orUnavailable } from '../storage/store-unavailable';
import { AlertDatabase } from './alert-database';
import { ALERT_COUNTS, ALERT_LINES, type AlertLine, type CountDocument, type LinesDocument } from './alert-documents';
import type { AlertSeries } from './alert-labels';
import type { Bucket } from './alert-window';

/** What one monitor has counted of one series since its last batch. */
export interface SeriesCount extends AlertSeries {
  readonly fingerprint: string;
  /** In ascending order of time. */
  readonly buckets: readonly Bucket[];
  /** The last few, oldest first. */
  readonly lines: readonly AlertLine[];
}

export interface CountBatch {
  /** Which monitor, another one after every start: letters and digits. */
  readonly instance: string;
  /** Greater with every batch of the instance. */
  readonly sequence: number;
  readonly series: readonly SeriesCount[];
}

/** Counts that nobody has judged yet, with those of the window before them. */
export interface FreshSeries extends AlertSeries {
  readonly fingerprint: string;
  /** The first bucket that is fresh. */
  readonly from: number;
  readonly buckets: readonly Bucket[];
}

/** How many lines of a series are kept. */
export const KEPT_LINES = 5;

/** Counts are needed no longer, even where all monitors were away in between. */
const KEPT_FOR = 15 * MINUTE_US;
const OPERATIONS_AT_ONCE = 1_000;
const E11000 = 11_000;

/**
 * The counters of all monitors, one document a series and bucket. What is added is `fresh` until it has been judged: a
 * monitor that ends in between leaves its counts to the others.
 */
@Injectable()
export class AlertCounts {
  constructor(private readonly database: AlertDatabase) {}

  /**
   * Adds a batch; resolves once a majority has it. The same batch may be added again, any number of times, while no later
   * one of its instance was: it counts once. Rejects with StoreUnavailable when it cannot be said whether it was added.
   */
  async add({ instance, sequence, series }: CountBatch, now: number, window: number): Promise<void> {
    const expiresAt = dateOf(now + KEPT_FOR + window);
    const lines = series
      .filter((one) => one.lines.length > 0)
      .map((one) => addLines(one, instance, sequence, expiresAt));
    const counts = series.flatMap((one) =>
      one.buckets.map((bucket) => addCount(one, bucket, instance, sequence, now, expiresAt)),
    );
    await this.write(this.database.collection<LinesDocument>(ALERT_LINES), lines);
    await this.write(this.counts, counts);
  }

  /** The fresh counts of these series, with what the window before them holds. */
  async fresh(fingerprints: readonly string[], window: number): Promise<FreshSeries[]> {
    if (fingerprints.length === 0) return [];
    const among = { fingerprint: { $in: [...fingerprints] } };
    const projection = { fingerprint: 1, rule: 1, service: 1, at: 1, count: 1, fresh: 1 };
    const fresh = await orUnavailable(this.counts.find({ ...among, fresh: true }, { projection }).toArray());
    if (fresh.length === 0) return [];
    const from = new Map<string, number>();
    for (const { fingerprint, at } of fresh) from.set(fingerprint, Math.min(at, from.get(fingerprint) ?? at));
    const ranges = Array.from(from, ([fingerprint, at]) => ({ fingerprint, at: { $gte: at - window } }));
    const found = await orUnavailable(this.counts.find({ $or: ranges }, { projection }).toArray());
    return Array.from(from, ([fingerprint, at]) => {
      const buckets = found.filter((one) => one.fingerprint === fingerprint);
      const [first] = buckets;
      return first === undefined ? [] : [{ fingerprint, rule: first.rule, service: first.service, from: at, buckets }];
    }).flat();
  }

  /** Marks counts as judged; those that have grown since they were read stay fresh. */
  async settle(judged: readonly FreshSeries[]): Promise<void> {
    const operations = judged.flatMap(({ fingerprint, from, buckets }) =>
      buckets
        .filter(({ at }) => at >= from)
        .map(({ at, count }) => ({
          updateOne: { filter: { _id: countId(fingerprint, at), count }, update: { $unset: { fresh: true as const } } },
        })),
    );
    await this.write(this.counts, operations);
  }

  /** The series with counts that have been fresh since before `writtenBefore`: whoever wrote them has not judged them. */
  async left(writtenBefore: number, limit: number): Promise<string[]> {
    const found = await orUnavailable(
      this.counts
        .find({ fresh: true, writtenAt: { $lt: writtenBefore } }, { projection: { fingerprint: 1 } })
        .limit(limit)
        .toArray(),
    );
    return [...new Set(found.map(({ fingerprint }) => fingerprint))];
  }

  /** The last lines of a series, oldest first. */
  async lines(fingerprint: string): Promise<readonly AlertLine[]> {
    const found = await orUnavailable(
      this.database.collection<LinesDocument>(ALERT_LINES).findOne({ _id: fingerprint }),
    );
    return [...(found?.lines ?? [])].sort((a, b) => a.at - b.at);
  }

  private get counts(): mongo.Collection<CountDocument> {
    return this.database.collection<CountDocument>(ALERT_COUNTS);
  }

  private async write<T extends mongo.Document>(
    collection: mongo.Collection<T>,
    operations: readonly mongo.AnyBulkWriteOperation<T>[],
  ): Promise<void> {
    for (let start = 0; start < operations.length; start += OPERATIONS_AT_ONCE) {
      const some = operations.slice(start, start + OPERATIONS_AT_ONCE);
      await orUnavailable(writeAll(collection, some));
    }
  }
}

/** Two monitors that make the same document at once: the server asks one of them to try again. */
async function writeAll<T extends mongo.Document>(
  collection: mongo.Collection<T>,
  operations: mongo.AnyBulkWriteOperation<T>[],
): Promise<void> {
  const options = { ordered: false, writeConcern: { w: 'majority' } } as const;
  try {
    await collection.bulkWrite(operations, options);
  } catch (error) {
    if (!(error instanceof mongo.MongoBulkWriteError) || error.code !== E11000) throw error;
    const errors = [error.writeErrors].flat();
    if (errors.some(({ code }) => code !== E11000)) throw error;
    const again = errors.flatMap(({ index }) => operations[index] ?? []);
    await collection.bulkWrite(again, options);
  }
}

function addCount(
  { fingerprint, rule, service }: SeriesCount,
  { at, count }: Bucket,
  instance: string,
  sequence: number,
  now: number,
  expiresAt: Date,
): mongo.AnyBulkWriteOperation<CountDocument> {
  const before = { $ifNull: ['$count', 0] };
  const fields = {
    fingerprint,
    rule,
    service: { $literal: service },
    at,
    count: { $cond: [isApplied(instance, sequence), before, { $add: [before, count] }] },
    [`applied.${instance}`]: sequence,
    fresh: true,
    writtenAt: now,
    expiresAt,
  };
  return { updateOne: { filter: { _id: countId(fingerprint, at) }, update: [{ $set: fields }], upsert: true } };
}

function addLines(
  { fingerprint, lines }: SeriesCount,
  instance: string,
  sequence: number,
  expiresAt: Date,
): mongo.AnyBulkWriteOperation<LinesDocument> {
  const before = { $ifNull: ['$lines', []] };
  const more = { $slice: [{ $concatArrays: [before, { $literal: lines }] }, -KEPT_LINES] };
  const fields = {
    lines: { $cond: [isApplied(instance, sequence), before, more] },
    [`applied.${instance}`]: sequence,
    expiresAt,
  };
  return { updateOne: { filter: { _id: fingerprint }, update: [{ $set: fields }], upsert: true } };
}

/** Whether a document contains the batch already. */
function isApplied(instance: string, sequence: number): object {
  return { $eq: [`$applied.${instance}`, sequence] };
}

function countId(fingerprint: string, at: number): string {
  return `${fingerprint}:${at}`;
}

export function dateOf(time: number): Date {
  return new Date(Math.floor(time / MILLISECOND_US));
}
