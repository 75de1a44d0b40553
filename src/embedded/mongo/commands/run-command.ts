import { Binary, BSONError, Long, Timestamp } from 'bson';
import { decode, decodeCommand } from '../bson';
import { CommandError, notImplemented } from '../command-error';
import { type Document, setField } from '../query/document';
import { fromTimestamp, toTimestamp } from '../store/cluster-clock';
import { LATEST_VIEW, type View } from '../store/stored-document';
import type { Transaction } from '../store/transaction';
import type { Answer } from '../wire/answer';
import type { Request } from '../wire/request';
import { documentIn, flagIn, numberIn, optionalDocument, textOf } from '../document-fields';
import type { Call, Client, Command, ServerState } from './call';
import { COMMAND_TABLE } from './command-table';
import type { Session } from './sessions';
import { isRefusal } from './statements';
import { writeConcernError } from './write-concern';

/** Fields that any command may have. Those that are not read by anybody change nothing on a single member. */
const GENERIC_FIELDS = new Set([
  ...['$db', '$readPreference', '$clusterTime', 'apiVersion', 'apiStrict', 'apiDeprecationErrors', 'maxTimeMS'],
  ...['lsid', 'txnNumber', 'startTransaction', 'autocommit', 'readConcern', 'writeConcern', 'stmtId', 'stmtIds'],
]);
/** What a client may begin its whole transaction anew for: WriteConflict, SnapshotTooOld, SnapshotUnavailable, NoSuchTransaction. */
const TRANSIENT = new Set(['WriteConflict', 'SnapshotTooOld', 'SnapshotUnavailable', 'NoSuchTransaction']);

/**
 * Carries a command out and answers it: `ok: 1` and its results, or `ok: 0` and why not. Rejects only where this server
 * itself is at fault; `onFault` is told of what that was, and the client that there was something.
 */
export async function runCommand(
  server: ServerState,
  client: Client,
  request: Request,
  onFault: (error: unknown) => void,
): Promise<Answer> {
  let isTransaction = false;
  try {
    const { name, command, definition } = readCommand(request);
    isTransaction = command['autocommit'] === false;
    const answer = await inSession(server, client, {
      name,
      command,
      definition,
      database: databaseOf(request, command),
    });
    return { ...answer, ...writeConcernError(command), ...clusterTime(server) };
  } catch (error) {
    return { ...refusal(error, isTransaction, onFault), ...clusterTime(server) };
  }
}

interface Asked {
  readonly name: string;
  readonly command: Document;
  readonly definition: Command;
  readonly database: string;
}

/** The command is named by its first field. */
function readCommand({ body, sequences, form }: Request): Omit<Asked, 'database'> {
  const name = body.toString('utf8', 5, body.indexOf(0, 5));
  const definition = COMMAND_TABLE.get(name);
  if (definition === undefined) throw new CommandError('CommandNotFound', `no such command: '${name}'`);
  if (form === 'query' && !definition.names.includes('hello')) {
    const message = `Unsupported OP_QUERY command: ${name}. The client driver may require an upgrade.`;
    throw new CommandError('UnsupportedOpQueryCommand', message);
  }
  const { rawField } = definition;
  const command = decodeCommand(body, rawField);
  for (const [field, documents] of sequences) {
    setField(command, field, field === rawField ? documents : documents.map((bytes) => decode(bytes)));
  }
  for (const [field, value] of Object.entries(command)) {
    if (value === undefined || GENERIC_FIELDS.has(field) || definition.fields.includes(field)) continue;
    throw notImplemented(`'${field}' of the command ${definition.names[0] ?? name}`);
  }
  return { name, command, definition };
}

function databaseOf({ database }: Request, command: Document): string {
  return database ?? textOf(command, '$db');
}

/** Outside of a session, in its transaction, or as its retryable write. */
async function inSession(server: ServerState, client: Client, asked: Asked): Promise<Answer> {
  const { command, definition } = asked;
  checkTimeLimit(command);
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
  if (definition.isRetryable !== true)
    throw new CommandError(50_768, `txnNumber may only be provided for retryable writes`);
  return session.once(number, async () => definition.run({ ...call, view: LATEST_VIEW }));
}

/** What is done here is done at once: a time limit is checked, and never met. */
function checkTimeLimit(command: Document): void {
  const limit = numberIn(command, 'maxTimeMS') ?? 0;
  if (limit < 0) throw new CommandError('BadValue', `${limit} value for maxTimeMS is out of range`);
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
  if (documentIn(command, 'readConcern')['atClusterTime'] !== undefined)
    throw notImplemented('a transaction in the past');
  return session.start(number, server.store, server.now().getTime());
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

function refusal(error: unknown, isTransaction: boolean, onFault: (error: unknown) => void): Answer {
  if (isRefusal(error)) {
    const { message, code, codeName } = error;
    const fields = error instanceof CommandError ? error.fields : {};
    const labels = isTransaction && TRANSIENT.has(codeName) ? { errorLabels: ['TransientTransactionError'] } : {};
    return { ok: 0, errmsg: message, code, codeName, ...fields, ...labels };
  }
  if (BSONError.isBSONError(error)) return { ok: 0, errmsg: error.message, code: 22, codeName: 'InvalidBSON' };
  onFault(error);
  const message = error instanceof Error ? error.message : String(error);
  return { ok: 0, errmsg: `a fault of the embedded server: ${message}`, code: 1, codeName: 'InternalError' };
}

const NO_SIGNATURE = { hash: new Binary(Buffer.alloc(20)), keyId: Long.ZERO };

function clusterTime({ store }: ServerState): Answer {
  const time = toTimestamp(store.clock.current);
  return { $clusterTime: { clusterTime: time, signature: NO_SIGNATURE }, operationTime: time };
}
