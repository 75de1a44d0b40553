import { Binary } from 'bson';
import { CommandError } from '../command-error';
import type { Document } from '../query/document';
import type { Store } from '../store/store';
import type { Transaction } from '../store/transaction';
import type { Answer } from '../wire/answer';
import { isDocument } from '../document-fields';

/** A session that is not heard of for so long is forgotten, ms: what hello says of it. */
export const SESSION_MINUTES = 30;
/** An open transaction is ended for its client after so long, ms, so that nobody waits for it forever. */
const TRANSACTION_MS = 60_000;

/**
 * The transactions of one session, one after the other, each with a number greater than the one before:
 *
 *     none --start--> open --commit--> committed
 *                       |--abort, an error, too old, a greater number--> aborted
 *
 * A retryable write takes a number, too; of the last of them the answer is kept, for when it is sent again.
 */
export class Session {
  lastUsed = 0;
  private number = -1;
  private state: 'none' | 'open' | 'committed' | 'aborted' = 'none';
  private transaction: Transaction | null = null;
  private startedAt = 0;
  private answer: Promise<Answer> | null = null;

  constructor(readonly key: string) {}

  /** Begins a transaction; one that is open is given up. `now` is elapsed ms, as of {@link Sessions}. */
  start(number: number, store: Store, now: number): Transaction {
    this.checkNotOld(number);
    if (number === this.number) {
      const message = `Cannot start a transaction at given transaction number ${number} a transaction with the same number is in progress`;
      throw new CommandError(50_911, message);
    }
    this.advance(number);
    this.state = 'open';
    this.startedAt = now;
    this.transaction = store.begin();
    return this.transaction;
  }

  /** The open transaction of this number. Throws NoSuchTransaction, TransactionCommitted. */
  continue(number: number): Transaction {
    this.checkNotOld(number);
    if (number !== this.number || this.state === 'none') {
      const message = `Given transaction number ${number} does not match any in-progress transactions. The active transaction number is ${this.number}`;
      throw new CommandError('NoSuchTransaction', message);
    }
    if (this.state === 'committed') {
      throw new CommandError('TransactionCommitted', `Transaction ${number} has been committed.`);
    }
    if (this.transaction === null) {
      throw new CommandError('NoSuchTransaction', `Transaction ${number} has been aborted.`);
    }
    return this.transaction;
  }

  /** Again for one that was committed: the client did not see the answer. */
  commit(number: number): void {
    if (number === this.number && this.state === 'committed') return;
    this.continue(number).commit();
    this.transaction = null;
    this.state = 'committed';
  }

  abort(number: number): void {
    this.continue(number);
    this.giveUp();
  }

  /** Ends the open transaction, if there is one. */
  giveUp(): void {
    if (this.transaction === null) return;
    this.transaction.abort();
    this.transaction = null;
    this.state = 'aborted';
  }

  giveUpStartedBefore(time: number): void {
    if (this.startedAt < time) this.giveUp();
  }

  /** Carries a retryable write out, once: sent again, it is given the answer of before. One that fails may be tried anew. */
  once(number: number, write: () => Promise<Answer>): Promise<Answer> {
    this.checkNotOld(number);
    if (number === this.number && this.answer !== null) return this.answer;
    this.advance(number);
    const answer = write();
    this.answer = answer;
    answer.catch(() => {
      if (this.answer === answer) this.answer = null;
    });
    return answer;
  }

  private checkNotOld(number: number): void {
    if (number >= this.number) return;
    const message = `Cannot start transaction ${number} on session because a newer transaction ${this.number} has already started.`;
    throw new CommandError('TransactionTooOld', message);
  }

  private advance(number: number): void {
    this.giveUp();
    this.number = number;
    this.state = 'none';
    this.answer = null;
  }
}

/** The sessions of all clients, by their `lsid`. */
export class Sessions {
  private readonly sessions = new Map<string, Session>();

  /** @param elapsedMs by a clock that is never set: set ahead, it would end every open transaction. */
  constructor(readonly elapsedMs: () => number) {}

  /** The session of an `lsid`; made at its first use. */
  of(lsid: unknown): Session {
    const key = keyOf(lsid);
    let session = this.sessions.get(key);
    if (session === undefined) this.sessions.set(key, (session = new Session(key)));
    session.lastUsed = this.elapsedMs();
    return session;
  }

  /** Ends sessions; their transactions are given up. Resolves to the keys of those that were known. */
  end(lsids: readonly Document[]): string[] {
    return lsids.map(keyOf).filter((key) => {
      this.sessions.get(key)?.giveUp();
      return this.sessions.delete(key);
    });
  }

  /** Ends what its client has left: transactions that are open for too long, sessions that were not used. */
  sweep(): void {
    const now = this.elapsedMs();
    for (const [key, session] of this.sessions) {
      session.giveUpStartedBefore(now - TRANSACTION_MS);
      if (session.lastUsed >= now - SESSION_MINUTES * 60_000) continue;
      session.giveUp();
      this.sessions.delete(key);
    }
  }

  endAll(): void {
    for (const session of this.sessions.values()) session.giveUp();
    this.sessions.clear();
  }
}

function keyOf(lsid: unknown): string {
  const id = isDocument(lsid) ? lsid['id'] : undefined;
  if (id instanceof Binary) return id.toString('hex');
  throw new CommandError('TypeMismatch', "BSON field 'OperationSessionInfo.lsid.id' must be a UUID");
}
