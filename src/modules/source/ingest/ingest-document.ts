import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../../http/error-response';
import { examples } from '../../../http/parameter-examples';
import { IngestAnswer, unreadable } from './ingest-answer';

const DESCRIPTION = `Every item becomes a record or is told as rejected. All of the body is read before anything is sent on,
and \`accepted\` is answered only after the broker has confirmed every record: they will be stored, once.

- **Lines** in the form \`<timestamp> <service> <severity> <message>\`; any other line is a record too: its text is the
  body, its severity guessed, its time the time of reading. Empty lines are skipped.
- **JSON**: an object, an array of objects, \`{"logs":[...]}\`, or one object a line (\`application/x-ndjson\`). Names that
  are looked for: \`time|timestamp|@timestamp|ts\`, \`message|msg|body|log\`, \`level|severity|log.level\` (words, or numbers as
  pino's), \`service|service.name|app\`, and syslog-ng's \`ISODATE|DATE\`, \`MESSAGE\`, \`PRIORITY\`, \`PROGRAM\`; the rest become
  attributes, nested names joined by dots.
- A missing or unknown content type is read by its first byte: \`{\` or \`[\` is JSON, all else is lines.
- \`Content-Encoding\` may be \`gzip\` or \`deflate\`.
- A time more than 24 h ahead is kept as \`original_timestamp\`, and the time of reading used; a record older than the
  retention is rejected as \`too_old\`; a severity that is no known word gives \`info\`, the word kept in \`severity_text\`.
- After a 503 it is unknown what of a request was stored (each record at most once): sending it again may double records,
  unless it has an \`Idempotency-Key\`: a UUIDv7 that the client makes for the request and sends with every try of it. Then
  the same body is stored once, however often it is sent, and the time within the key is its time of reading.`;

/*
 * The documentation page sends the first example of each type. Those name no time, so that they are records of now: one of
 * the day on which this was written would not be found in the last 24 hours, and be refused once the retention is over.
 */
const FREE_LINES = `ERROR card 42 declined: insufficient funds
[warn] stock of item 7 is low
a line of any form is a record`;
const LINES = `2026-11-23 10:00:00.123 checkout INFO order 4711 placed in 42 ms
2026-11-23T10:00:01Z payments error card declined: insufficient funds
a line of any other form is a record as well`;
const OBJECT = {
  level: 'error',
  service: 'payments',
  message: 'card declined',
  trace_id: '5b8efff798038103d269b633813fc60c',
  customer: { id: 7, country: 'DE' },
};
const TIMED = { time: '2026-11-23T10:00:00.123Z', ...OBJECT };
const PINO = { level: 30, time: 1795428000123, hostname: 'web01', msg: 'order placed', app: 'checkout' };

const EXAMPLES_OF_LINES = {
  free: { summary: 'Lines of any form', value: FREE_LINES },
  form: { summary: 'Lines in the form, with their time', value: LINES },
};
const EXAMPLES_OF_JSON = {
  object: { summary: 'One record', value: OBJECT },
  timed: { summary: 'One record with its time', value: TIMED },
  array: { summary: 'Several records', value: [TIMED, PINO] },
  logs: { summary: 'As pino-http-send does', value: { logs: [PINO, { ...PINO, level: 50, msg: 'payment failed' }] } },
};
const EXAMPLES_OF_NDJSON = {
  objects: {
    summary: 'A record a line',
    value: `${JSON.stringify(OBJECT)}\n${JSON.stringify({ level: 30, msg: 'order placed', app: 'checkout' })}\n`,
  },
  timed: {
    summary: 'A record a line, with its time',
    value: `${JSON.stringify(TIMED)}\n${JSON.stringify(PINO)}\n`,
  },
};
const ONE_OR_MORE = { oneOf: [{ type: 'object' }, { type: 'array', items: { type: 'object' } }] };
const REQUEST_BODY = {
  description: 'At most INGEST_MAX_BODY_MB as sent, and INGEST_MAX_INFLATED_MB once inflated.',
  required: false,
  content: {
    'text/plain': { schema: { type: 'string' }, examples: EXAMPLES_OF_LINES },
    'application/json': { schema: ONE_OR_MORE, examples: EXAMPLES_OF_JSON },
    'application/x-ndjson': { schema: { type: 'string' }, examples: EXAMPLES_OF_NDJSON },
  },
};

const TOO_OLD = '1970-01-01T00:00:00.000000Z is before 2026-11-13T10:00:00.000000Z, the end of retention';
const ANSWERS = {
  accepted: { summary: 'All accepted', value: { accepted: 3, rejected: 0, errors: [] } },
  some: {
    summary: 'Some rejected; the others are accepted',
    value: { accepted: 2, rejected: 1, errors: [{ index: 2, code: 'too_old', message: TOO_OLD }] },
  },
  nothing: { summary: 'Nothing was sent', value: { accepted: 0, rejected: 0, errors: [] } },
};
const REFUSALS = {
  all: {
    summary: 'Every item was rejected',
    value: { accepted: 0, rejected: 1, errors: [{ index: 0, code: 'too_old', message: TOO_OLD }] },
  },
  whole: { summary: 'The body cannot be read', value: unreadable('not JSON: Unexpected end of JSON input') },
  parameter: {
    summary: 'A parameter is wrong',
    value: {
      statusCode: 400,
      code: 'invalid_parameter',
      message: 'severity: "loud" is not allowed; allowed: trace, ...',
    },
  },
};

/** How `POST /ingest` appears in the OpenAPI document. */
export function DocumentedIngest(): MethodDecorator {
  return applyDecorators(
    ApiTags('ingest'),
    ApiOperation({ summary: 'Send records in', description: DESCRIPTION, requestBody: REQUEST_BODY }),
    ApiHeader({
      name: 'X-Service',
      required: false,
      description: 'As the parameter `service`.',
      examples: examples('', 'shop'),
    }),
    ApiHeader({
      name: 'X-Severity',
      required: false,
      description: 'As the parameter `severity`.',
      examples: examples('', 'info'),
    }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'A UUIDv7 of this request: sent again with the same key and body, nothing is stored twice.',
      examples: examples('', '01a207d9-217b-7219-b0c9-79bc95ac3a59'),
      schema: { type: 'string', format: 'uuid' },
    }),
    ApiResponse({
      status: 200,
      type: IngestAnswer,
      description: 'Something was accepted and confirmed by the broker, or nothing was sent.',
      examples: ANSWERS,
    }),
    ApiResponse({
      status: 400,
      type: IngestAnswer,
      description: 'Nothing was accepted and nothing sent on. A wrong parameter has the body of other errors.',
      examples: REFUSALS,
    }),
    ApiErrors(401, 403, 413, 415, 429, 503),
  );
}
