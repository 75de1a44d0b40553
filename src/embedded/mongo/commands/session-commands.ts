import { randomBytes } from 'node:crypto';
import { Binary } from 'bson';
import type { Answer } from '../wire/answer';
import { documentsIn } from '../document-fields';
import type { Call, Command } from './call';
import { SESSION_MINUTES } from './sessions';

/** The life of sessions: drivers make their ids themselves and end them when a client closes. */
export const sessionCommands: readonly Command[] = [
  {
    names: ['startSession'],
    fields: ['startSession', 'comment'],
    run: () => ({
      id: { id: new Binary(randomBytes(16), Binary.SUBTYPE_UUID) },
      timeoutMinutes: SESSION_MINUTES,
    }),
  },
  {
    names: ['refreshSessions'],
    fields: ['refreshSessions', 'comment'],
    run: ({ command, server }) => {
      for (const lsid of documentsIn(command, 'refreshSessions')) server.sessions.of(lsid);
      return {};
    },
  },
  { names: ['endSessions'], fields: ['endSessions', 'comment'], run: (call) => end(call, 'endSessions') },
  { names: ['killSessions'], fields: ['killSessions', 'comment'], run: (call) => end(call, 'killSessions') },
];

/** With their transactions and their cursors. */
function end({ command, server }: Call, field: string): Answer {
  for (const key of server.sessions.end(documentsIn(command, field))) server.cursors.killOf(key);
  return {};
}
