import { CommandError, isTransient } from '../command-error';
import { documentsIn } from '../document-fields';
import type { Document } from '../query/document';
import type { Collection } from '../store/collection';
import { Held, writeConflict } from '../store/key-map';
import type { Transaction } from '../store/transaction';
import type { Answer } from '../wire/answer';
import type { Call } from './call';

/**
 * Carries out one statement of a write, all of it or nothing: in the client's transaction, or in one of its own. Where it
 * meets what another transaction has written, a statement of its own waits until that has ended and begins anew; one in a
 * transaction gives up with a WriteConflict, so that no two wait for each other.
 */
export async function write<T>({ transaction, server }: Call, attempt: (transaction: Transaction) => T): Promise<T> {
  if (transaction !== null) return orConflict(() => attempt(transaction));
  for (;;) {
    const own = server.store.begin();
    try {
      const result = attempt(own);
      own.commit();
      return result;
    } catch (error) {
      own.abort();
      if (!(error instanceof Held)) throw error;
      await error.holder.ended;
    }
  }
}

function orConflict<T>(attempt: () => T): T {
  try {
    return attempt();
  } catch (error) {
    throw error instanceof Held ? writeConflict() : error;
  }
}

/** The collection that a write goes to: made where it is missing. */
export async function writableCollection({ server, database, transaction }: Call, name: string): Promise<Collection> {
  const find = (): Collection => server.store.writable(database, name, transaction);
  return transaction === null ? whenUnwritten(find) : orConflict(find);
}

/** Does what changes collections themselves, once no transaction writes to what it is about. */
export async function whenUnwritten<T>(change: () => T): Promise<T> {
  for (;;) {
    try {
      return change();
    } catch (error) {
      if (!(error instanceof Held)) throw error;
      await error.holder.ended;
    }
  }
}

/** The statements of an update or a delete. Throws InvalidLength for none. */
export function statementsIn(command: Document, field: string): Document[] {
  const statements = documentsIn(command, field);
  if (statements.length > 0) return statements;
  throw new CommandError('InvalidLength', 'Write batch sizes must be between 1 and 100000. Got 0 operations.');
}

/**
 * The statements of an insert, update or delete, one after the other. One that is refused is a write error with its
 * index; those after it are carried out all the same unless the write is ordered. What ends a whole transaction (a
 * WriteConflict) is thrown.
 */
export async function writeEach<T>(
  { transaction }: Call,
  statements: readonly T[],
  isOrdered: boolean,
  one: (statement: T, index: number) => Promise<void>,
): Promise<Answer> {
  const writeErrors: Answer[] = [];
  for (const [index, statement] of statements.entries()) {
    try {
      await one(statement, index);
    } catch (error) {
      if (!(error instanceof CommandError) || isTransient(error)) throw error;
      writeErrors.push({ index, code: error.code, errmsg: error.message, ...error.fields });
      if (isOrdered || transaction !== null) break;
    }
  }
  return writeErrors.length > 0 ? { writeErrors } : {};
}
