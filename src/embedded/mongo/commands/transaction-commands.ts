import { CommandError } from '../command-error';
import type { Answer } from '../wire/answer';
import { numberIn } from '../document-fields';
import type { Call, Command } from './call';
import type { Session } from './sessions';

const FIELDS = ['recoveryToken', 'comment'] as const;

/** How a transaction ends. They name it by session and number, and may come twice when an answer was lost. */
export const transactionCommands: readonly Command[] = [
  {
    names: ['commitTransaction'],
    fields: ['commitTransaction', ...FIELDS],
    run: (call) => end(call, (session, number) => session.commit(number)),
  },
  {
    names: ['abortTransaction'],
    fields: ['abortTransaction', ...FIELDS],
    run: (call) => end(call, (session, number) => session.abort(number)),
  },
];

function end({ session, command, name }: Call, how: (session: Session, number: number) => void): Answer {
  const number = numberIn(command, 'txnNumber');
  if (session === null || number === null || command['autocommit'] !== false) {
    throw new CommandError('InvalidOptions', `${name} must be run within a transaction`);
  }
  how(session, number);
  return {};
}
