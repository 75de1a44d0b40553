import { Long } from 'bson';
import { CommandError } from '../command-error';
import type { Answer } from '../wire/answer';
import { collectionOf, countIn } from '../document-fields';
import type { Call, Command } from './call';

export const getMoreCommand: Command = {
  names: ['getMore'],
  fields: ['getMore', 'collection', 'batchSize', 'comment'],
  inTransaction: true,
  inSnapshot: true,
  run: ({ command, server, database }) => {
    const namespace = `${database}.${collectionOf(command, 'collection')}`;
    return server.cursors.more(idOf(command['getMore']), namespace, countIn(command, 'batchSize') ?? 0);
  },
};

export const killCursorsCommand: Command = {
  names: ['killCursors'],
  fields: ['killCursors', 'cursors', 'comment'],
  inTransaction: true,
  run: killCursors,
};

function killCursors({ command, server }: Call): Answer {
  const { cursors } = command;
  if (!Array.isArray(cursors))
    throw new CommandError('TypeMismatch', "BSON field 'killCursors.cursors' must be an array");
  const ids = cursors.map(idOf);
  const killed = ids.filter((id) => server.cursors.kill(id));
  const notFound = ids.filter((id) => !killed.includes(id));
  return { cursorsKilled: killed, cursorsNotFound: notFound, cursorsAlive: [], cursorsUnknown: [] };
}

function idOf(value: unknown): Long {
  if (value instanceof Long) return value;
  throw new CommandError('TypeMismatch', 'a cursor id must be of type long');
}
