import { isJsonObject, parseJson } from './json';
import { draftFromJson } from './json-record';
import { parseLineForm } from './line-form';
import { ATTRIBUTE, type Attributes, emptyAttributes, NO_ATTRIBUTES } from './log-record';
import { draftOfText, type RecordDraft } from './record-draft';
import type { RejectReason } from './reject';
import { parseRoutingKey } from './routing-key';
import { parseSeverity } from './severity';
import { decodeText } from './text-encoding';
import { parseTime } from './timestamp';
import { headerText, mediaType, type WireMessage } from './wire-message';

/** Why a message holds no record. */
export interface Refusal {
  readonly reason: RejectReason;
  readonly message: string;
}

/**
 * Reads the one record of a message that is no pack: the line form, a JSON object (also in Nest's `{pattern, data}`
 * envelope, also without a content type), syslog-ng's empty body with everything in headers, or any other text. What the
 * content does not name comes from the headers `service` and `severity`, then from the routing key.
 */
export function readForeignMessage(message: WireMessage): RecordDraft | Refusal {
  const draft = readContent(message);
  return 'reason' in draft ? draft : withNamesOfEnvelope(draft, message);
}

function readContent(message: WireMessage): RecordDraft | Refusal {
  const { text, isLatin1 } = decodeText(message.body);
  const attributes: Attributes = isLatin1 ? latin1Mark() : NO_ATTRIBUTES;
  const line = text.replace(/\r?\n$/, '');
  if (line.trim() === '') return readHeadersOnly(message);
  const isJson = mediaType(message) === 'application/json';
  if (isJson || line.trimStart().startsWith('{')) {
    const fromJson = readJson(line);
    if (!('reason' in fromJson)) return fromJson;
    if (isJson) return fromJson;
  }
  return readLine(line, attributes);
}

function latin1Mark(): Attributes {
  const attributes = emptyAttributes();
  attributes[ATTRIBUTE.encoding] = 'latin1';
  return attributes;
}

/** One line of text: in the line form, or else all of it is the body. */
function readLine(line: string, attributes: Attributes): RecordDraft {
  const parsed = parseLineForm(line);
  return parsed === null ? draftOfText(line, attributes) : { ...parsed, attributes };
}

function readJson(text: string): RecordDraft | Refusal {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (error) {
    return { reason: 'malformed', message: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  if (!isJsonObject(value)) return { reason: 'malformed', message: 'JSON, but no object: one record is expected' };
  const inner = 'pattern' in value && isJsonObject(value['data']) ? value['data'] : value;
  return draftFromJson(inner) ?? { reason: 'empty', message: 'a JSON object with nothing in it' };
}

const SYSLOG_NG_HEADERS = new Set(['HOST', 'PROGRAM', 'PRIORITY', 'MESSAGE', 'DATE', 'PID']);

/** What syslog-ng's `amqp()` sends by default: an empty body, and the log in the headers. */
function readHeadersOnly(message: WireMessage): RecordDraft | Refusal {
  const body = headerText(message, 'MESSAGE');
  if (body === null) return { reason: 'empty', message: 'neither a body nor a header MESSAGE' };
  const attributes = emptyAttributes();
  const host = headerText(message, 'HOST');
  const pid = headerText(message, 'PID');
  if (host !== null) attributes['host.name'] = host;
  if (pid !== null) attributes['process.pid'] = pid;
  for (const name of Object.keys(message.headers)) {
    const text = SYSLOG_NG_HEADERS.has(name) ? null : headerText(message, name);
    if (text !== null) attributes[`syslog.${name.replace(/^\./, '').toLowerCase()}`] = text;
  }
  const date = headerText(message, 'DATE');
  const priority = headerText(message, 'PRIORITY');
  return {
    time: date === null ? null : parseTime(date),
    timeText: date,
    service: headerText(message, 'PROGRAM'),
    severity: priority === null ? null : parseSeverity(priority),
    severityText: priority,
    body,
    attributes,
  };
}

function withNamesOfEnvelope(draft: RecordDraft, message: WireMessage): RecordDraft {
  const key = parseRoutingKey(message.routingKey);
  const header = headerText(message, 'severity');
  const ofEnvelope = (header === null ? null : parseSeverity(header)) ?? key.severity;
  const unknownWord = header ?? (key.severity === null ? key.severityText : null);
  return {
    ...draft,
    service: draft.service ?? headerText(message, 'service') ?? key.service,
    severity: draft.severity ?? ofEnvelope,
    severityText: draft.severityText ?? (ofEnvelope === null ? unknownWord : null),
  };
}
