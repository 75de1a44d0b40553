/** One environment variable: how it is read, and what the README says of it. */
export interface Variable<T> {
  readonly name: string;
  /** Text as it would stand in the environment; empty means not set. */
  readonly default: string;
  /** What it does, with its unit. */
  readonly help: string;
  /** What of it must not be shown: all of it, or, of a URL, the user, the password and some options. */
  readonly secret: 'none' | 'whole' | 'in_url';
  /** Reads the text. Throws Error with what is allowed when it cannot. */
  readonly parse: (text: string) => T;
}

export function variable<T>(
  name: string,
  fallback: string,
  help: string,
  parse: (text: string) => T,
  secret: Variable<T>['secret'] = 'none',
): Variable<T> {
  return { name, default: fallback, help, parse, secret };
}

export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < min || value > max) {
      throw new Error(`must be a whole number from ${min} to ${max}`);
    }
    return value;
  };
}

const MIB = 1024 * 1024;

/** Whole MiB, as bytes; the bounds are given in MiB. */
export function mebibytes(min: number, max: number): (text: string) => number {
  return (text) => wholeNumber(min, max)(text) * MIB;
}

export function flag(text: string): boolean {
  const word = text.toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(word)) return true;
  if (['false', '0', 'no', 'off', ''].includes(word)) return false;
  throw new Error('must be true or false');
}

export function oneOf<T extends string>(allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find((value) => value === text);
    if (found === undefined) throw new Error(`must be one of ${allowed.join(', ')}`);
    return found;
  };
}

/** Comma-separated; white space around an item is not part of it. */
export function list(text: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim());
  return Object.freeze(items.filter((item) => item !== ''));
}

/** Comma-separated globs, which may hold commas in braces: `{a,b}.log`. */
export function globs(text: string): readonly string[] {
  const items = text.match(/(?:\{[^{}]*\}|[^,])+/g) ?? [];
  return Object.freeze(items.map((item) => item.trim()).filter((item) => item !== ''));
}

/** Origins as browsers send them, with which they are compared as they stand; or `*`. */
export function origins(text: string): readonly string[] {
  const items = list(text);
  if (!items.every(isOrigin)) {
    throw new Error('must be origins such as https://logs.example.com:8443, without a path, comma-separated, or *');
  }
  return items;
}

function isOrigin(item: string): boolean {
  if (/^https?:/i.test(item)) return URL.canParse(item) && new URL(item).origin === item;
  return item === '*' || /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+$/.test(item);
}

export function url(schemes: readonly string[]): (text: string) => string {
  return (text) => {
    const scheme = schemes.find((candidate) => text.startsWith(`${candidate}://`));
    if (scheme === undefined || text.length === scheme.length + 3 || /\s/.test(text)) {
      throw new Error(`must be a URL that begins with ${schemes.map((s) => `${s}://`).join(' or ')}`);
    }
    return text;
  };
}

/** An address of RabbitMQ, which its client must be able to read: it would be tried for ever. */
export function brokerUrl(text: string): string {
  if (URL.canParse(url(['amqp', 'amqps'])(text))) return text;
  throw new Error(
    'must be a whole URL, such as amqp://user:password@host:5672/vhost, with %2F for a / in user or password, %23 for a #',
  );
}

/** An address on the web, with all that belongs to one. */
export function webUrl(text: string): string {
  if (!URL.canParse(url(['http', 'https'])(text)))
    throw new Error('must be a whole URL, such as https://host:443/path');
  return text;
}

export function optionalText(text: string): string | null {
  return text === '' ? null : text;
}

/** What `Authorization: Bearer` can carry, and is compared with as it stands: no spaces, no letters beyond ASCII. */
export function bearerToken(text: string): string {
  if (!/^[\x21-\x7e]+$/.test(text)) throw new Error('must be letters, digits and punctuation of ASCII, without spaces');
  return text;
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** `90s`, `5m`, `1h`, as milliseconds; the bounds are given in seconds. */
export function duration(minSeconds: number, maxSeconds: number): (text: string) => number {
  return (text) => {
    const [, digits = '', unit = ''] = /^(\d{1,9})([smh])$/.exec(text) ?? [];
    const ms = Number(digits) * (UNIT_MS[unit] ?? NaN);
    if (!(ms >= minSeconds * 1_000 && ms <= maxSeconds * 1_000)) {
      throw new Error(`must be a duration such as 90s, 5m or 1h, from ${minSeconds}s to ${maxSeconds}s`);
    }
    return ms;
  };
}

export function optional<T>(parse: (text: string) => T): (text: string) => T | null {
  return (text) => (text === '' ? null : parse(text));
}

export function timeZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: text }).resolvedOptions().timeZone;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Error('must be a name of the IANA time zone database, such as Europe/Berlin');
  }
}
