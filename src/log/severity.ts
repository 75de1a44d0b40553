import { withoutAnsi } from './words';

/** The severities of a log record, from least to most severe. */
export const SEVERITIES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** What a record gets when its severity is missing or unknown. */
export const DEFAULT_SEVERITY: Severity = 'info';

/**
 * Spellings met in the wild; every key is lower case. Sources: syslog, winston, Python, log4j, Serilog, .NET's console,
 * zap; the letters of glog, Android and MongoDB.
 */
const ALIASES: Readonly<Record<Severity, readonly string[]>> = {
  trace: ['trc', 'trce', 'verbose', 'vrb', 'finest', 'finer', 'silly', 'all', 'v'],
  debug: ['dbg', 'dbug', 'fine', 'config', 'd', 'd1', 'd2', 'd3', 'd4', 'd5'],
  info: ['information', 'informational', 'inf', 'notice', 'note', 'log', 'http', 'mark', 'i'],
  warn: ['warning', 'wrn', 'w'],
  error: ['err', 'eror', 'severe', 'failure', 'fail', 'e'],
  fatal: ['crit', 'critical', 'alert', 'emerg', 'emergency', 'panic', 'dpanic', 'ftl', 'f'],
};

/** Syslog's numbers 0 (emergency) to 7 (debug), RFC 5424 section 6.2.1. */
const SYSLOG: readonly Severity[] = ['fatal', 'fatal', 'fatal', 'error', 'warn', 'info', 'info', 'debug'];

const BY_WORD: ReadonlyMap<string, Severity> = new Map([
  ...SEVERITIES.map((severity) => [severity, severity] as const),
  ...SEVERITIES.flatMap((severity) => ALIASES[severity].map((alias) => [alias, severity] as const)),
  ...SYSLOG.map((severity, number) => [String(number), severity] as const),
]);
/** As well in capitals, which most log lines use: found without making a lower-case copy. */
const BY_SPELLING: ReadonlyMap<string, Severity> = new Map(
  [...BY_WORD].flatMap(([word, severity]) => [
    [word, severity],
    [word.toUpperCase(), severity],
  ]),
);

/** https://github.com/Seldaek/monolog/blob/main/doc/01-usage.md#log-levels */
const MONOLOG: ReadonlyMap<number, Severity> = new Map([
  [100, 'debug'],
  [200, 'info'],
  [250, 'info'],
  [300, 'warn'],
  [400, 'error'],
  [500, 'fatal'],
  [550, 'fatal'],
  [600, 'fatal'],
]);

/** The rank of a severity: 0 for trace to 5 for fatal. */
export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** Whether `severity` is `floor` or worse. */
export function atLeast(severity: Severity, floor: Severity): boolean {
  return severityRank(severity) >= severityRank(floor);
}

/** `floor` and everything worse, from least to most severe. */
export function severitiesFrom(floor: Severity): readonly Severity[] {
  return SEVERITIES.slice(severityRank(floor));
}

/**
 * The severity that a word or number stands for, or null when it is not a known one. Takes any case and colour, the usual
 * aliases, syslog's 0 to 7, and pino's and bunyan's numbers (10 trace to 60 fatal, custom levels in between included);
 * as a number also Monolog's (100 debug to 600 emergency).
 */
export function parseSeverity(given: string | number): Severity | null {
  const direct = BY_SPELLING.get(typeof given === 'string' ? given : String(given));
  if (direct !== undefined) return direct;
  if (typeof given === 'string') {
    const word = withoutAnsi(given).trim().toLowerCase();
    return BY_WORD.get(word) ?? (/^\d{2}$/.test(word) ? fromPino(Number(word)) : null);
  }
  return fromPino(given) ?? MONOLOG.get(given) ?? null;
}

function fromPino(level: number): Severity | null {
  if (!Number.isFinite(level) || level < 10 || level >= 70) return null;
  return SEVERITIES[Math.floor(level / 10) - 1] ?? null;
}

/** Aliases that are also everyday words: a severity where one is expected, but never the sign of one in free text. */
const EVERYDAY: ReadonlySet<string> = new Set(
  'all log http note mark config fine alert failure fail v d d1 d2 d3 d4 d5 i w e f'.split(' '),
);

/** Pino's and bunyan's numbers, custom levels in between included. */
const PINO_NUMBERS = Array.from({ length: 60 }, (_, index) => String(10 + index));

/** Every word and number for `severities`, in lower case; for those who match a word without reading it. */
export function wordsFor(severities: readonly Severity[]): readonly string[] {
  return [...BY_WORD.keys(), ...PINO_NUMBERS].filter((word) => {
    const severity = parseSeverity(word);
    return severity !== null && severities.includes(severity);
  });
}

/** Whether a word is a severity beyond doubt, so that it cannot be meant as the name of a service. */
export function isSeverityWord(word: string): boolean {
  return parseSeverity(word) !== null && !EVERYDAY.has(word.toLowerCase());
}

const TELLING_WORDS = [...BY_WORD.keys()].filter((word) => /^[a-z]{3,}$/.test(word) && !EVERYDAY.has(word));
const IN_TEXT = new RegExp(`(?<![A-Za-z0-9_])(?:${TELLING_WORDS.join('|')})(?![A-Za-z0-9_])`, 'i');
/** Lines that tell by a letter: of glog and klog (`E1127 18:00:59.123456`), of Android (`11-27 18:00:59.123 1 1 E tag:`). */
const BY_LETTER =
  /^(?:([VDIWEF])[01]\d[0-3]\d \d\d:\d\d:\d\d\.\d|\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} +\d+ +\d+ ([VDIWEF]) )/;
/** Formats put the level near the beginning; a word further on is part of the message. */
const LOOKED_AT = 160;
/** The same with colours, each of which is several characters that are not seen. */
const LOOKED_AT_COLOURED = 400;

/** The severity that a free line of text names near its beginning, or null. A guess: for text in no known form. */
export function guessSeverity(text: string): Severity | null {
  const start = withoutAnsi(text.slice(0, LOOKED_AT_COLOURED)).slice(0, LOOKED_AT);
  const [, glog, android] = BY_LETTER.exec(start) ?? [];
  const found = glog ?? android ?? IN_TEXT.exec(start)?.[0];
  return found === undefined ? null : parseSeverity(found);
}
