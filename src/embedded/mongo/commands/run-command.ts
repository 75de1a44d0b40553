import { Binary, BSONError, Double, Long } from 'bson';
import { decode, decodeCommand } from '../bson';
import { CommandError, isTransient, notImplemented } from '../command-error';
import { type Document, setField } from '../query/document';
import { toTimestamp } from '../store/cluster-clock';
import type { Answer } from '../wire/answer';
import type { Request } from '../wire/request';
import { textOf } from '../document-fields';
import type { Client, ServerState } from './call';
import { COMMAND_TABLE } from './command-table';
import { type Asked, runInSession } from './run-in-session';
import { writeConcernError } from './write-concern';

/** Fields that any command may have. Those that are not read by anybody change nothing on a single member. */
const GENERIC_FIELDS = new Set([
  ...['$db', '$readPreference', '$clusterTime', 'apiVersion', 'apiStrict', 'apiDeprecationErrors', 'maxTimeMS'],
  ...['lsid', 'txnNumber', 'startTransaction', 'autocommit', 'readConcern', 'writeConcern', 'stmtId', 'stmtIds'],
]);

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
    const asked = { name, command, definition, database: databaseOf(request, command) };
    const answer = await runInSession(server, client, asked);
    return { ...answer, ...writeConcernError(command), ok: DONE, ...clusterTime(server) };
  } catch (error) {
    return { ...refusal(error, isTransaction, onFault), ...clusterTime(server) };
  }
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

function refusal(error: unknown, isTransaction: boolean, onFault: (error: unknown) => void): Answer {
  if (error instanceof CommandError) {
    const { message, code, codeName, fields } = error;
    const labels = isTransaction && isTransient(error) ? { errorLabels: ['TransientTransactionError'] } : {};
    return { ok: REFUSED, errmsg: message, code, codeName, ...fields, ...labels };
  }
  if (BSONError.isBSONError(error)) return { ok: REFUSED, errmsg: error.message, code: 22, codeName: 'InvalidBSON' };
  onFault(error);
  const message = error instanceof Error ? error.message : String(error);
  return { ok: REFUSED, errmsg: `a fault of the embedded server: ${message}`, code: 1, codeName: 'InternalError' };
}

/** Of mongod these are doubles. */
const DONE = new Double(1);
const REFUSED = new Double(0);

const NO_SIGNATURE = { hash: new Binary(Buffer.alloc(20)), keyId: Long.ZERO };

function clusterTime({ store }: ServerState): Answer {
  const time = toTimestamp(store.clock.current);
  return { $clusterTime: { clusterTime: time, signature: NO_SIGNATURE }, operationTime: time };
}
