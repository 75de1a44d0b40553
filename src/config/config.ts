import { VARIABLES } from './environment';
import type { Variable } from './variables';

type Read<Group> = { readonly [Key in keyof Group]: Group[Key] extends Variable<infer T> ? T : never };

/** Everything a process can be told, read once from the environment and frozen. */
export type Config = { readonly [Group in keyof typeof VARIABLES]: Read<(typeof VARIABLES)[Group]> };

/** All that is wrong with an environment, a line each, naming the variable, what was given and what is allowed. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** Reads the environment. Throws {@link ConfigError} with every problem at once. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
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
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config) as Config;
}

/** An empty variable counts as not set, as it does in a compose file. */
function textOf(definition: Variable<unknown>, env: Readonly<Record<string, string | undefined>>): string {
  const given = env[definition.name]?.trim();
  return given === undefined || given === '' ? definition.default : given;
}

function problemOf(
  definition: Variable<unknown>,
  env: Readonly<Record<string, string | undefined>>,
  error: unknown,
): string {
  const given = definition.isSecret === true ? 'the value given' : JSON.stringify(env[definition.name] ?? '');
  return `${definition.name}: ${given} ${error instanceof Error ? error.message : String(error)}`;
}

/** The environment as it was understood, a `NAME=value` a line, secrets hidden. */
export function printConfig(env: Readonly<Record<string, string | undefined>>): string {
  return Object.values(VARIABLES)
    .flatMap((variables) => Object.values<Variable<unknown>>(variables))
    .map((definition) => `${definition.name}=${hideSecret(definition, textOf(definition, env))}`)
    .join('\n');
}

function hideSecret(definition: Variable<unknown>, text: string): string {
  if (definition.isSecret !== true || text === '') return text;
  return definition.default.includes('://') ? hideSecretsOfUrl(text) : '***';
}

/** All before the last `@`, because a password may hold anything, and every option but the plain ones. */
function hideSecretsOfUrl(text: string): string {
  return text
    .replace(/:\/\/.*@/s, '://***@')
    .replace(/([?&][^=&]*(?:password|secret|token|properties|key)[^=&]*=)[^&]*/gi, '$1***');
}
