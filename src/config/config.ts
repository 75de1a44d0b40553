import { VARIABLES } from './environment';
import { chooseServers, type ServerName } from './servers';
import type { Variable } from './variables';

type Environment = Readonly<Record<string, string | undefined>>;
type Read<Group> = { readonly [Key in keyof Group]: Group[Key] extends Variable<infer T> ? T : never };

/**
 * Everything a process can be told, read once from the environment and frozen. `embedded.servers` are those that it is to
 * start within itself; their addresses are null until {@link withServers} adds them.
 */
export type Config = { readonly [Group in keyof typeof VARIABLES]: Read<(typeof VARIABLES)[Group]> };

/** What could be read: where a variable is wrong, its value is missing. */
type PartialConfig = { readonly [Group in keyof Config]: Partial<Config[Group]> };

/** All that is wrong with an environment, a line each, naming the variable, what was given and what is allowed. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** Reads the environment. Throws {@link ConfigError} with every problem at once. */
export function loadConfig(env: Environment): Config {
  const problems: string[] = [];
  const read = readVariables(env, problems);
  const servers = serversToEmbed(read, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  const config = { ...read, embedded: Object.freeze({ ...read.embedded, servers }) };
  return Object.freeze(config) as Config; // complete, since there is no problem
}

function readVariables(env: Environment, problems: string[]): PartialConfig {
  const config: Record<string, Record<string, unknown>> = {};
  for (const [group, variables] of Object.entries(VARIABLES)) {
    const values: Record<string, unknown> = {};
    for (const [key, definition] of Object.entries<Variable<unknown>>(variables)) {
      try {
        values[key] = definition.parse(textOf(definition, env));
      } catch (error) {
        problems.push(problemOf(definition, env, error));
      }
    }
    config[group] = Object.freeze(values);
  }
  return config as PartialConfig;
}

/** Nothing can be said of it while a variable that decides it is wrong. A wrong URL counts as set. */
function serversToEmbed(read: PartialConfig, problems: string[]): readonly ServerName[] {
  const { roles, isProduction } = read.process;
  const { servers: named } = read.embedded;
  if (roles === undefined || isProduction === undefined || named === undefined) return [];
  const given: ServerName[] = [];
  if (read.rabbitmq.url !== null) given.push('rabbitmq');
  if (read.mongodb.uri !== null) given.push('mongodb');
  const choice = chooseServers({ roles, isProduction, named, given });
  problems.push(...choice.problems);
  return choice.embedded;
}

/** The same configuration, with the addresses of the servers that the process has started within itself. */
export function withServers(config: Config, urls: Readonly<Partial<Record<ServerName, string>>>): Config {
  return Object.freeze({
    ...config,
    rabbitmq: Object.freeze({ url: urls.rabbitmq ?? config.rabbitmq.url }),
    mongodb: Object.freeze({ uri: urls.mongodb ?? config.mongodb.uri }),
  });
}

/** The same configuration, where nothing is said with this process as the place to search, if it has that role. */
export function withOwnUrl(config: Config, url: string): Config {
  const { alerts, process } = config;
  if (alerts.publicUrl !== null || !process.roles.includes('search')) return config;
  return Object.freeze({ ...config, alerts: Object.freeze({ ...alerts, publicUrl: url }) });
}

/** Where people reach the search role: if nothing is known, where one with default settings listens. */
export function publicUrl({ alerts }: Config): string {
  return alerts.publicUrl ?? 'http://127.0.0.1:3000';
}

/** Where RabbitMQ is. Throws Error where none is known, which {@link loadConfig} allows only if no role needs it. */
export function rabbitmqUrl({ rabbitmq }: Config): string {
  if (rabbitmq.url === null) throw new Error('RABBITMQ_URL: not set, and no embedded server was started');
  return rabbitmq.url;
}

/** Where MongoDB is. Throws Error where none is known, which {@link loadConfig} allows only if no role needs it. */
export function mongodbUri({ mongodb }: Config): string {
  if (mongodb.uri === null) throw new Error('MONGODB_URI: not set, and no embedded server was started');
  return mongodb.uri;
}

/** An empty variable counts as not set, as it does in a compose file. */
function textOf(definition: Variable<unknown>, env: Environment): string {
  const given = env[definition.name]?.trim();
  return given === undefined || given === '' ? definition.default : given;
}

function problemOf(definition: Variable<unknown>, env: Environment, error: unknown): string {
  const given = definition.secret === 'none' ? JSON.stringify(env[definition.name] ?? '') : 'the value given';
  return `${definition.name}: ${given} ${error instanceof Error ? error.message : String(error)}`;
}

/** The environment as it was understood, a `NAME=value` a line, secrets hidden. */
export function printConfig(env: Environment): string {
  return Object.values(VARIABLES)
    .flatMap((variables) => Object.values<Variable<unknown>>(variables))
    .map((definition) => `${definition.name}=${hideSecret(definition, textOf(definition, env))}`)
    .join('\n');
}

function hideSecret({ secret }: Variable<unknown>, text: string): string {
  if (secret === 'none' || text === '') return text;
  return secret === 'in_url' ? hideSecretsOfUrl(text) : '***';
}

/** All before the last `@`, because a password may hold anything, and every option but the plain ones. */
function hideSecretsOfUrl(text: string): string {
  return text
    .replace(/:\/\/.*@/s, '://***@')
    .replace(/([?&][^=&]*(?:password|secret|token|properties|key)[^=&]*=)[^&]*/gi, '$1***');
}
