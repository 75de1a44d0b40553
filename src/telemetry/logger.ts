import { hostname } from 'node:os';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';
import { hideSecrets } from './hide-secrets';
import { serialiseError } from './serialise-error';

export interface LoggerOptions {
  /** The least severe line that is written: `trace` to `fatal`, or `silent`. */
  readonly logLevel: string;
  /** The roles of this process, on every line. */
  readonly roles: readonly string[];
}

/**
 * The log of a process: one JSON object a line on standard output, with ISO time, the level as a word, service, roles,
 * process id and host. On a terminal the same lines are written for people. Secrets are hidden wherever they stand.
 * Written at once, so that the last words of a crash are not lost.
 */
export function createLogger(options: LoggerOptions, destination: DestinationStream = standardOutput()): Logger {
  return pino(
    {
      level: options.logLevel,
      base: { service: 'logwarren', roles: options.roles.join(','), pid: process.pid, host: hostname() },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serialiseError, error: serialiseError },
      hooks: { streamWrite: hideSecrets },
    },
    destination,
  );
}

function standardOutput(): DestinationStream {
  if (!process.stdout.isTTY) return pino.destination({ fd: 1, sync: true });
  return pretty({
    sync: true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,host,service,roles',
    singleLine: true,
    levelFirst: true,
  });
}
