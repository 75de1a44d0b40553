import { MAX_RETENTION_DAYS, parseRetentionRules } from '../log/retention-rules';
import { cronExpression } from './cron-expression';
import { parseRoles } from './roles';
import {
  duration,
  flag,
  list,
  oneOf,
  optional,
  optionalText,
  timeZone,
  url,
  variable,
  webUrl,
  wholeNumber,
} from './variables';

const MIB = 1024 * 1024;
const mebibytes = (min: number, max: number) => (text: string) => wholeNumber(min, max)(text) * MIB;

/** Every environment variable, in the groups of `Config`. The README's table is checked against this one. */
export const VARIABLES = {
  process: {
    roles: variable('ROLE', 'all', 'What this process is: one role, a comma list, or `all`.', parseRoles),
    logLevel: variable(
      'LOG_LEVEL',
      'info',
      'The least severe of its own log lines that a process writes: `trace` to `fatal`, or `silent`.',
      oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
    ),
    dataDir: variable('DATA_DIR', '.logwarren', 'Folder for what a process keeps over restarts.', (text) => text),
  },
  http: {
    host: variable('HOST', '127.0.0.1', 'Address to listen on; `0.0.0.0` for all.', (text) => text),
    port: variable('PORT', '3000', 'TCP port to listen on; 0 for any free one.', wholeNumber(0, 65_535)),
    apiToken: variable(
      'API_TOKEN',
      '',
      'When set, requests must carry `Authorization: Bearer <token>`; health, `/docs`, `/docs-json` and CORS preflights are exempt.',
      optionalText,
      true,
    ),
    corsOrigins: variable(
      'CORS_ORIGINS',
      '',
      'Origins that browsers may call from, comma-separated; `*` for any; empty for none.',
      list,
    ),
  },
  rabbitmq: {
    url: variable(
      'RABBITMQ_URL',
      'amqp://guest:guest@127.0.0.1:5672',
      'Where RabbitMQ is, with user, password and vhost.',
      url(['amqp', 'amqps']),
      true,
    ),
  },
  mongodb: {
    uri: variable(
      'MONGODB_URI',
      'mongodb://127.0.0.1:27017/logwarren?directConnection=true',
      'Where MongoDB is, with the database name; a replica set, one member will do.',
      url(['mongodb', 'mongodb+srv']),
      true,
    ),
  },
  source: {
    files: variable(
      'SOURCE_FILES',
      '',
      'Files to follow, comma-separated globs; each is read from its beginning and on as it grows, also while it rotates.',
      list,
    ),
    stateFile: variable(
      'SOURCE_STATE_FILE',
      '',
      'Where it is kept how far each file was read; empty: `source-files.ndjson` in DATA_DIR. One process at a time uses it.',
      optionalText,
    ),
    scanMs: variable(
      'SOURCE_SCAN_MS',
      '1000',
      'How often SOURCE_FILES are looked up, ms. Changes are seen at once where the system tells of them, else by this.',
      wholeNumber(10, 3_600_000),
    ),
    multiline: variable(
      'SOURCE_MULTILINE',
      'true',
      'Whether a line of a file that begins with white space, or as a stack frame does, belongs to the one before.',
      flag,
    ),
    multilineWaitMs: variable(
      'SOURCE_MULTILINE_WAIT_MS',
      '250',
      'How long the last record of a file waits for lines that belong to it, ms.',
      wholeNumber(0, 60_000),
    ),
    lastLineWaitMs: variable(
      'SOURCE_LAST_LINE_WAIT_MS',
      '5000',
      'How long a file must be quiet until a last line without a line end is taken as whole, ms.',
      wholeNumber(0, 3_600_000),
    ),
    timezone: variable(
      'SOURCE_TIMEZONE',
      'UTC',
      'Zone of times that name none, as the IANA database calls it, such as `Europe/Berlin`.',
      timeZone,
    ),
    stdin: variable('SOURCE_STDIN', 'false', 'Whether to read lines from standard input.', flag),
    service: variable(
      'SOURCE_SERVICE',
      '',
      'Service of lines that name none; empty: the name of the file, `stdin`, or `unknown` over HTTP.',
      optionalText,
    ),
    demo: variable(
      'SOURCE_DEMO',
      'false',
      'Whether to make up logs of a small shop, to have something to look at.',
      flag,
    ),
    demoRate: variable('SOURCE_DEMO_RATE', '20', 'Demo records a second.', wholeNumber(1, 100_000)),
    demoSeed: variable(
      'SOURCE_DEMO_SEED',
      '1',
      'Seed of the demo: the same seed tells the same story.',
      wholeNumber(0, 2 ** 31),
    ),
    maxBodyBytes: variable(
      'INGEST_MAX_BODY_MB',
      '16',
      'Largest body of a request to `/ingest` as sent, MiB.',
      mebibytes(1, 1024),
    ),
    maxInflatedBytes: variable(
      'INGEST_MAX_INFLATED_MB',
      '64',
      'Largest body of a request to `/ingest` once inflated, MiB.',
      mebibytes(1, 1024),
    ),
    maxInFlightBytes: variable(
      'SOURCE_MAX_IN_FLIGHT_MB',
      '32',
      'Log text that may wait for the broker at once, MiB; beyond it `/ingest` answers 429 and files wait.',
      mebibytes(1, 4096),
    ),
    confirmTimeoutMs: variable(
      'INGEST_CONFIRM_TIMEOUT_MS',
      '10000',
      'How long a request to `/ingest` waits for the broker before it answers 503, ms.',
      wholeNumber(100, 600_000),
    ),
    lingerMs: variable(
      'SOURCE_LINGER_MS',
      '20',
      'How long a pack that is not full waits for more records, ms.',
      wholeNumber(0, 10_000),
    ),
  },
  collector: {
    prefetch: variable(
      'COLLECTOR_PREFETCH',
      '100',
      'Messages that one collector may hold unacknowledged.',
      wholeNumber(1, 65_535),
    ),
    lingerMs: variable(
      'COLLECTOR_LINGER_MS',
      '20',
      'How long a collector gathers messages for one write at most, ms.',
      wholeNumber(0, 10_000),
    ),
  },
  search: {
    concurrency: variable(
      'SEARCH_CONCURRENCY',
      '8',
      'Searches that one process answers at once; more get 429.',
      wholeNumber(1, 1_000),
    ),
    timeLimitMs: variable(
      'SEARCH_TIME_LIMIT_MS',
      '30000',
      'How long a search may take before it answers with what it has, ms; at most 240000.',
      wholeNumber(10, 240_000),
    ),
  },
  alerts: {
    threshold: variable(
      'ALERT_THRESHOLD',
      '10',
      'Errors (or worse) of one service within `ALERT_WINDOW` that fire its alert; 0: none fires.',
      wholeNumber(0, 1_000_000_000),
    ),
    warnThreshold: variable(
      'ALERT_WARN_THRESHOLD',
      '0',
      'The same for warnings, which have an alert of their own; 0: none fires.',
      wholeNumber(0, 1_000_000_000),
    ),
    windowMs: variable(
      'ALERT_WINDOW',
      '60s',
      'The time within which the records of an alert happen, by their own timestamps: `90s`, `5m`, up to `1h`.',
      duration(1, 3_600),
    ),
    webhookUrl: variable(
      'ALERT_WEBHOOK_URL',
      '',
      "Where notices of alerts are posted, in the form of Alertmanager's webhook; empty: they are only logged.",
      optional(webUrl),
      true,
    ),
    publicUrl: variable(
      'PUBLIC_URL',
      'http://127.0.0.1:3000',
      'Where people reach the search role: the links in notices begin with it.',
      webUrl,
    ),
  },
  retention: {
    days: variable(
      'RETENTION_DAYS',
      '10',
      'How long records are kept where no rule says otherwise, and dead letters, days.',
      wholeNumber(1, MAX_RETENTION_DAYS),
    ),
    rules: variable(
      'RETENTION_RULES',
      '',
      'How long single services and severities are kept, days: `severity=debug:2,service=audit:365,' +
        'service=shop&severity=info:30`. A rule that names both wins, else the longer one.',
      parseRetentionRules,
    ),
    cron: variable(
      'RETENTION_CRON',
      '0 0 * * *',
      'When expired records are removed, in cron form, UTC.',
      cronExpression,
    ),
  },
} as const;
