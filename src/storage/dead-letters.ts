import { Injectable } from '@nestjs/common';
import type { mongo } from 'mongoose';
import { isJsonObject } from '../log/json';
import { MILLISECOND_US } from '../log/timestamp';
import type { RejectReason } from '../log/reject';
import type { DeadLetterDocument } from './dead-letter';
import { insertDurably } from './durable-insert';
import { DEAD_LETTERS } from './schemas';
import { StoreDatabase } from './store-database';
import { orUnavailable } from './store-unavailable';

/** A dead letter as it is read. */
export interface DeadLetter {
  readonly id: string;
  /** Microseconds since the Unix epoch. */
  readonly at: number;
  readonly reason: RejectReason;
  readonly message: string;
  readonly routingKey: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** The first mebibyte of what was rejected. */
  readonly body: Buffer;
  /** Bytes of all of it. */
  readonly bodyLength: number;
  /** Of all of it, hexadecimal. */
  readonly sha256: string;
}

export interface DeadLetterPage {
  readonly deadLetters: readonly DeadLetter[];
  /** What to ask the next page with; null: there is none. */
  readonly nextCursor: string | null;
}

/** A cursor that {@link DeadLetters.list} did not give. */
export class DeadLetterCursorInvalid extends Error {
  override readonly name = 'DeadLetterCursorInvalid';
}

/** A page holds so many bytes of bodies, and the letter that goes beyond them. */
const MAX_PAGE_BYTES = 16 * 1024 * 1024;
/** Letters fetched at once: 16 of the largest make one reply of the server. */
const FETCHED_AT_ONCE = 16;

/** What was delivered and will never be a stored record. Each expires by itself, `RETENTION_DAYS` after it was rejected. */
@Injectable()
export class DeadLetters {
  constructor(private readonly database: StoreDatabase) {}

  /**
   * Keeps them; resolves once all are on the disks of a majority. One that is there already is left as it is. Rejects
   * with {@link StoreUnavailable} when it cannot be said; trying the same documents again does no harm.
   */
  async add(documents: readonly DeadLetterDocument[]): Promise<void> {
    const outcomes = await insertDurably(this.database.db, DEAD_LETTERS, documents);
    const refused = outcomes.find((outcome) => outcome.status === 'refused');
    if (refused !== undefined) throw new Error(`the store refuses a dead letter: ${refused.message}`);
  }

  /**
   * A page of at most `limit`, newest first. One that is added meanwhile appears on no later page; none comes twice.
   * Throws {@link DeadLetterCursorInvalid}, and {@link StoreUnavailable} when MongoDB is away.
   */
  async list({ limit, cursor }: { limit: number; cursor: string | null }): Promise<DeadLetterPage> {
    const filter = cursor === null ? {} : olderThan(decodeCursor(cursor));
    const { page, isMore } = await orUnavailable(this.fetch(filter, limit));
    const last = page.at(-1);
    return {
      deadLetters: page.map(readDeadLetter),
      nextCursor: isMore && last !== undefined ? encodeCursor({ at: last.at.getTime(), id: last._id }) : null,
    };
  }

  private async fetch(
    filter: mongo.Filter<DeadLetterDocument>,
    limit: number,
  ): Promise<{ page: DeadLetterDocument[]; isMore: boolean }> {
    const found = this.database.db
      .collection<DeadLetterDocument>(DEAD_LETTERS)
      .find(filter, { batchSize: Math.min(limit + 1, FETCHED_AT_ONCE) })
      .sort({ at: -1, _id: -1 })
      .limit(limit + 1);
    const page: DeadLetterDocument[] = [];
    let bytes = 0;
    for await (const document of found) {
      if (page.length === limit || bytes > MAX_PAGE_BYTES) return { page, isMore: true };
      page.push(document);
      bytes += document.body.position;
    }
    return { page, isMore: false };
  }
}

function readDeadLetter(document: DeadLetterDocument): DeadLetter {
  const { _id, at, reason, message, routingKey, headers, body, bodyLength, sha256 } = document;
  const parsed: unknown = JSON.parse(headers);
  return {
    id: _id,
    at: at.getTime() * MILLISECOND_US,
    reason,
    message,
    routingKey,
    headers: isJsonObject(parsed) ? parsed : {},
    body: Buffer.from(body.value()),
    bodyLength,
    sha256,
  };
}

/** The last letter of a page; `at` in milliseconds. */
interface Position {
  readonly at: number;
  readonly id: string;
}

/** The bound on `at` stands alone, so that the index is entered there. */
function olderThan({ at, id }: Position): mongo.Filter<DeadLetterDocument> {
  const date = new Date(at);
  return { at: { $lte: date }, $or: [{ at: { $lt: date } }, { _id: { $lt: id } }] };
}

/** The first character names the format; another layout gets another digit. */
const FORMAT = '1';
const CURSOR = /^(\d{1,16}) ([0-9a-f-]{36}:-?\d{1,9})$/;

function encodeCursor({ at, id }: Position): string {
  return FORMAT + Buffer.from(`${at} ${id}`).toString('base64url');
}

function decodeCursor(cursor: string): Position {
  const text = cursor.startsWith(FORMAT) ? Buffer.from(cursor.slice(FORMAT.length), 'base64url').toString() : '';
  const [, at, id] = CURSOR.exec(text) ?? [];
  if (at === undefined || id === undefined || encodeCursor({ at: Number(at), id }) !== cursor) {
    throw new DeadLetterCursorInvalid('no cursor of the dead letters');
  }
  return { at: Number(at), id };
}
