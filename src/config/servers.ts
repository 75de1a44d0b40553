import { type Role, ROLES } from './roles';
import { list } from './variables';

/** The servers that the roles work with. Each is given by a URL, or embedded: a small one within the process. */
const SERVERS = ['rabbitmq', 'mongodb'] as const;

export type ServerName = (typeof SERVERS)[number];

const VARIABLE_OF: Readonly<Record<ServerName, string>> = { rabbitmq: 'RABBITMQ_URL', mongodb: 'MONGODB_URI' };
const USERS_OF: Readonly<Record<ServerName, readonly Role[]>> = {
  rabbitmq: ['source', 'collector', 'monitoring'],
  mongodb: ['collector', 'monitoring', 'search', 'retention'],
};

/** Whether one of these roles connects to this server. */
export function isUsed(server: ServerName, roles: readonly Role[]): boolean {
  return roles.some((role) => USERS_OF[server].includes(role));
}

/** Reads `EMBEDDED`: a comma list, each server once, in their order. Throws Error naming what is allowed. */
export function parseServers(text: string): readonly ServerName[] {
  const words = list(text);
  const known: readonly string[] = SERVERS;
  if (!words.every((word) => known.includes(word))) {
    throw new Error(`must be one or more of ${SERVERS.join(', ')}, comma-separated, or empty`);
  }
  return Object.freeze(SERVERS.filter((server) => words.includes(server)));
}

/** What decides where a process finds its servers. */
export interface ServerWishes {
  readonly roles: readonly Role[];
  readonly isProduction: boolean;
  /** Those that `EMBEDDED` names. */
  readonly named: readonly ServerName[];
  /** Those whose URL is set. */
  readonly given: readonly ServerName[];
}

/** Either the servers to embed, or what stands against it: a line a server, naming the variables to change. */
export interface ServerChoice {
  readonly embedded: readonly ServerName[];
  readonly problems: readonly string[];
}

/**
 * Which servers a process starts within itself: those that `EMBEDDED` names; where it names none, those that its roles
 * use and that have no URL. The latter only for a process of all roles, outside of production: by itself, an embedded
 * broker that no collector reads would confirm logs that nobody stores.
 */
export function chooseServers(wishes: ServerWishes): ServerChoice {
  const problems = SERVERS.flatMap((server) => problemOf(server, wishes) ?? []);
  const { roles, named, given } = wishes;
  const missing = SERVERS.filter((server) => isUsed(server, roles) && !given.includes(server));
  return { embedded: Object.freeze(named.length > 0 ? named : missing), problems };
}

function problemOf(server: ServerName, { roles, isProduction, named, given }: ServerWishes): string | null {
  const variable = VARIABLE_OF[server];
  if (named.includes(server)) {
    return given.includes(server) ? `EMBEDDED: names ${server}, and ${variable} is set too; unset one of them` : null;
  }
  if (given.includes(server) || !isUsed(server, roles)) return null;
  const what = `set it, or name ${server} in EMBEDDED for one within this process`;
  if (named.length > 0) return `${variable}: not set, and EMBEDDED names only ${named.join(', ')}; ${what}`;
  if (isProduction) return `${variable}: not set, with NODE_ENV=production; ${what}`;
  if (roles.length === ROLES.length) return null;
  return `${variable}: not set, and ROLE is not all, so that other processes have to reach it too; ${what}`;
}
