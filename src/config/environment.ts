import { MAX_RETENTION_DAYS, parseRetentionRules } from '../log/retention-rules';
import { cronExpression } from './cron-expression';
import { parseRoles } from './roles';
import { parseServers } from './servers';
import { SOURCE_VARIABLES } from './source-variables';
import {
  bearerToken,
  brokerUrl,
  duration,
  mebibytes,
  oneOf,
  optional,
  origins,
  url,
  variable,
  webUrl,
  wholeNumber,
} from './variables';

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
    isProduction: variable(
      'NODE_ENV',
      '',
      'With `production`, a server is embedded only if `EMBEDDED` names it.',
      (text) => text === 'production',
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
      optional(bearerToken),
      'whole',
    ),
    corsOrigins: variable(
      'CORS_ORIGINS',
      '',
      'Origins that browsers may call from, comma-separated; `*` for any; empty for none.',
      origins,
    ),
  },
  rabbitmq: {
    url: variable(
      'RABBITMQ_URL',
      '',
      'Where RabbitMQ is, with user, password and vhost; empty: `EMBEDDED` says.',
      optional(brokerUrl),
      'in_url',
    ),
  },
  mongodb: {
    uri: variable(
      'MONGODB_URI',
      '',
      'Where MongoDB is, with the database name; a replica set, one member will do; empty: `EMBEDDED` says.',
      optional(url(['mongodb', 'mongodb+srv'])),
      'in_url',
    ),
  },
  embedded: {
    servers: variable(
      'EMBEDDED',
      '',
      'Servers to run within this process, of `rabbitmq`, `mongodb`; empty: those that have no URL, if `ROLE` is `all`.',
      parseServers,
    ),
    maxBytes: variable(
      'EMBEDDED_MAX_MB',
      '256',
      'What the embedded MongoDB keeps, MiB of memory; beyond it the oldest records go.',
      mebibytes(1, 4096),
    ),
    rabbitmqPort: variable(
      'EMBEDDED_RABBITMQ_PORT',
      '0',
      'Port of the embedded RabbitMQ on 127.0.0.1; 0 for any free one.',
      wholeNumber(0, 65_535),
    ),
    mongodbPort: variable(
      'EMBEDDED_MONGODB_PORT',
      '0',
      'Port of the embedded MongoDB on 127.0.0.1; 0 for any free one.',
      wholeNumber(0, 65_535),
    ),
  },
  source: SOURCE_VARIABLES,
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
      'whole',
    ),
    publicUrl: variable(
      'PUBLIC_URL',
      '',
      'Where people reach the search role, for the links in notices; empty: this process if it has that role, else ' +
        '`http://127.0.0.1:3000`.',
      optional(webUrl),
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
