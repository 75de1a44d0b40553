import type { Config } from './config';
import { percentDecoded } from './percent-decoded';
import { isUsed } from './servers';

/** A setting with which others can do more than they should. */
export interface UnsafeSetting {
  /** The environment variable to change. */
  readonly variable: string;
  /** What it allows, and what would be better; without any secret. */
  readonly why: string;
}

/** A shorter token can be guessed. */
const MIN_TOKEN_CHARACTERS = 16;

/** What is unsafe in a configuration, the defaults included, for whoever starts the process. Empty: nothing known. */
export function unsafeSettings(config: Config): readonly UnsafeSetting[] {
  return [...unsafeToken(config), ...unsafeCors(config), ...unsafeBroker(config), ...unsafeStore(config)];
}

function unsafeToken({ http, process }: Config): UnsafeSetting[] {
  const variable = 'API_TOKEN';
  const allowed = [
    ...(process.roles.includes('source') ? ['send logs'] : []),
    ...(process.roles.includes('search') ? ['read all logs'] : []),
  ];
  if (http.apiToken === null) {
    if (isLoopback(http.host) || allowed.length === 0) return [];
    return [{ variable, why: `not set while HOST is ${http.host}: whoever reaches it can ${allowed.join(' and ')}` }];
  }
  if (http.apiToken.length >= MIN_TOKEN_CHARACTERS) return [];
  return [{ variable, why: `has fewer than ${MIN_TOKEN_CHARACTERS} characters and can be guessed` }];
}

function unsafeCors({ http }: Config): UnsafeSetting[] {
  if (!http.corsOrigins.includes('*')) return [];
  const reach = http.apiToken === null ? 'send requests and read the answers' : 'send requests that carry the token';
  return [
    { variable: 'CORS_ORIGINS', why: `*: every page that somebody's browser opens can ${reach}; name the origins` },
  ];
}

/** Clients that are given no user take guest, with the same password. */
function unsafeBroker({ rabbitmq, process }: Config): UnsafeSetting[] {
  const { url } = rabbitmq;
  if (url === null || !isUsed('rabbitmq', process.roles) || !URL.canParse(url)) return [];
  const { username, password, hostname } = new URL(url);
  const user = percentDecoded(username || 'guest');
  if (user !== percentDecoded(password || (username === '' ? 'guest' : ''))) return [];
  const where = isLoopback(hostname) ? 'whoever is on this machine' : `whoever reaches ${hostname}`;
  return [
    {
      variable: 'RABBITMQ_URL',
      why: `the password of the user ${user} is its name: ${where} can read and send all logs`,
    },
  ];
}

/** A loopback store without users is what `scripts/services.sh` starts. */
function unsafeStore({ mongodb, process }: Config): UnsafeSetting[] {
  if (mongodb.uri === null || !isUsed('mongodb', process.roles)) return [];
  const [, user, hosts = ''] = /^[^:]+:\/\/(?:(.*)@)?([^/?]*)/.exec(mongodb.uri) ?? [];
  const remote = hosts.split(',').filter((host) => !isLoopback(host.replace(/:\d+$/, '')));
  if (user !== undefined || remote.length === 0) return [];
  const where = remote.join(', ');
  return [{ variable: 'MONGODB_URI', why: `names no user: whoever reaches ${where} can read and change all logs` }];
}

function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[?::1\]?)$/i.test(host);
}
