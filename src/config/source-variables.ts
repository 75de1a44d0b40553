import { flag, globs, mebibytes, optionalText, timeZone, variable, wholeNumber } from './variables';

/** The variables of the source role; see `environment.ts`. */
export const SOURCE_VARIABLES = {
  files: variable(
    'SOURCE_FILES',
    '',
    'Files to follow, comma-separated globs; each is read from its beginning and on as it grows, also while it rotates.',
    globs,
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
} as const;
