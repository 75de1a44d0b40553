import { Timestamp } from 'bson';
import { CommandError, notImplemented } from '../command-error';
import { documentIn, flagIn, numberIn, optionalDocument } from '../document-fields';
import type { Document } from '../query/document';
import { fromTimestamp } from '../store/cluster-clock';
import { LATEST_VIEW, type View } from '../store/stored-document';
import type { Transaction } from '../store/transaction';
import type { Answer } from '../wire/answer';
import type { Call, Client, Command, ServerState } from './call';
import type { Session } from './sessions';

/** A command as the client asked for it. */
export interface Asked {
  readonly name: string;
  readonly command: Document;
  readonly definition: Command;
  readonly database: string;
}

/** Carries a command out: outside of a session, in its transaction, or as its retryable write. */
export async function runInSession(server: ServerState, client: Client, asked: Asked): Promise<Answer> {
  const { command, definition } = asked;
  checkTimeLimit(command);
  checkReadConcern(command);
  const session = command['lsid'] === undefined ? null : server.sessions.of(command['lsid']);
  const number = numberIn(command, 'txnNumber');
  const call = {
    server,
    client,
    session,
    ...asked,
    query: { now: server.now() },
    transaction: null,
    isSnapshot: false,
  };
  if (session === null || number === null || asked.name.endsWith('Transaction')) {
    return definition.run({ ...call, ...viewOf(server, command, definition) });
  }
  if (command['autocommit'] === false) {
    const transaction = transactionOf(server, session, number, asked);
    return inTransaction(session, () => definition.run({ ...call, transaction, view: transaction.view }));
  }
  viewOf(server, command, definition); // refuses a snapshot
  if (definition.isRetryable !== true) {
    throw new CommandError(50_768, 'txnNumber may only be provided for retryable writes');
  }
  return session.once(number, async () => definition.run({ ...call, view: LATEST_VIEW }));
}

/** What is done here is done at once, but for a write that waits for a transaction: a time limit is checked, and never met. */
function checkTimeLimit(command: Document): void {
  const limit = numberIn(command, 'maxTimeMS') ?? 0;
  if (limit < 0) throw new CommandError('BadValue', `${limit} value for maxTimeMS is out of range`);
}

/** All levels but `snapshot` are the same on a single member that loses nothing it has acknowledged. */
const READ_CONCERNS: readonly unknown[] = ['local', 'majority', 'linearizable', 'available', 'snapshot', undefined];

function checkReadConcern(command: Document): void {
  if (READ_CONCERNS.includes(optionalDocument(command, 'readConcern')?.['level'])) return;
  const message = `readConcern.level must be either 'local', 'majority', 'linearizable', 'available', or 'snapshot'`;
  throw new CommandError('FailedToParse', message);
}

function transactionOf(
  server: ServerState,
  session: Session,
  number: number,
  { command, definition, name }: Asked,
): Transaction {
  if (definition.inTransaction !== true) {
    const message = `Cannot run '${name}' in a multi-document transaction.`;
    throw new CommandError('OperationNotSupportedInTransaction', message);
  }
  if (!flagIn(command, 'startTransaction')) return session.continue(number);
  if (documentIn(command, 'readConcern')['atClusterTime'] !== undefined) {
    throw notImplemented('a transaction in the past');
  }
  return session.start(number, server.store, server.sessions.elapsedMs());
}

/** A command that fails ends its transaction. */
async function inTransaction(session: Session, run: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    const answer = await run();
    if (answer['writeErrors'] !== undefined) session.giveUp();
    return answer;
  } catch (error) {
    session.giveUp();
    throw error;
  }
}

/** What is newest, or a snapshot: the one that the client goes on reading, or that of now. */
function viewOf(server: ServerState, command: Document, definition: Command): Pick<Call, 'view' | 'isSnapshot'> {
  const concern = optionalDocument(command, 'readConcern');
  if (concern?.['level'] !== 'snapshot' || definition.names[0] === 'getMore')
    return { view: LATEST_VIEW, isSnapshot: false };
  if (definition.inSnapshot !== true) {
    const message = `readConcern level 'snapshot' is not supported for the command ${definition.names[0] ?? ''}`;
    throw new CommandError('InvalidOptions', message);
  }
  const { clock, snapshots } = server.store;
  const asked = concern['atClusterTime'];
  const at = asked instanceof Timestamp ? fromTimestamp(asked) : clock.current;
  if (at > clock.current) {
    const message = 'readConcern atClusterTime value must not be greater than the current clusterTime.';
    throw new CommandError('InvalidOptions', message);
  }
  snapshots.touch(at);
  const view: View = { at, transaction: null };
  return { view, isSnapshot: true };
}
