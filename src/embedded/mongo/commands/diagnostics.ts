import { Long } from 'bson';
import { MAX_DOCUMENT_BYTES } from '../store/stored-document';
import type { Answer } from '../wire/answer';
import type { Call, Command } from './call';

/** Of the server whose wire version is told of. */
const VERSION = [7, 0, 0, 0] as const;

const DIAGNOSTICS: Readonly<Record<string, (call: Call) => Answer>> = {
  ping: () => ({}),
  buildInfo,
  serverStatus,
  connectionStatus: () => ({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] } }),
  whatsmyuri: ({ client }) => ({ you: client.remote }),
  getCmdLineOpts: () => ({ argv: [], parsed: {} }),
};

/** What a client may want to know of the server; shells ask most of it when they connect. */
export const diagnosticCommands: readonly Command[] = Object.entries(DIAGNOSTICS).map(([name, answer]) => ({
  names: [name, name.toLowerCase()],
  fields: [name, name.toLowerCase(), 'showPrivileges', 'comment'],
  run: answer,
}));

function buildInfo(): Answer {
  return {
    version: VERSION.slice(0, 3).join('.'),
    gitVersion: 'logwarren-embedded',
    modules: [],
    versionArray: VERSION,
    bits: 64,
    debug: false,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    storageEngines: ['embedded'],
  };
}

function serverStatus({ server, client }: Call): Answer {
  const now = server.now();
  const uptime = Math.floor((now.getTime() - server.startedAt.getTime()) / 1_000);
  return {
    host: client.dialled,
    version: VERSION.slice(0, 3).join('.'),
    process: 'logwarren-embedded',
    pid: Long.fromNumber(process.pid),
    uptime,
    localTime: now,
    connections: { current: server.clients.size },
    storageEngine: { name: 'embedded', persistent: true },
    mem: { resident: Math.floor(process.memoryUsage.rss() / 1024 ** 2) },
  };
}
