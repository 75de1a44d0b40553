import { aggregateCommand } from './aggregate';
import type { Command } from './call';
import { collectionCommands } from './collection-commands';
import { getMoreCommand, killCursorsCommand } from './cursor-commands';
import { deleteCommand } from './delete';
import { diagnosticCommands } from './diagnostics';
import { countCommand, findCommand } from './find';
import { distinctCommand } from './distinct';
import { findAndModifyCommand } from './find-and-modify';
import { helloCommand } from './hello';
import { indexCommands } from './index-commands';
import { insertCommand } from './insert';
import { sessionCommands } from './session-commands';
import { transactionCommands } from './transaction-commands';
import { updateCommand } from './update';

const COMMANDS: readonly Command[] = [
  ...[helloCommand, ...diagnosticCommands],
  ...[findCommand, countCommand, distinctCommand, aggregateCommand, getMoreCommand, killCursorsCommand],
  ...[insertCommand, updateCommand, deleteCommand, findAndModifyCommand],
  ...collectionCommands,
  ...indexCommands,
  ...[...sessionCommands, ...transactionCommands],
];

/** Every command that is known, by each of its names. */
export const COMMAND_TABLE: ReadonlyMap<string, Command> = new Map(
  COMMANDS.flatMap((command) => command.names.map((name) => [name, command] as const)),
);
