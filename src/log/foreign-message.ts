import { isJsonObject, parseJson } from './json';
import { draftFromJson } from './json-record';
import { parseLineForm } from './line-form';
import { ATTRIBUTE, type Attributes, emptyAttributes, NO_ATTRIBUTES } from './log-record';
import { draftOfLine, draftOfText, type RecordDraft } from './record-draft';
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
  const line = text.replace(/\r?\n$/, '');
  if (line.trim() === '') return readHeadersOnly(message);
  const draft = readText(line, mediaType(message) === 'application/json');
  return isLatin1 && !('reason' in draft) ? { ...draft, attributes: latin1Mark(draft.attributes) } : draft;
}

function latin1Mark(given: Attributes): Attributes {
  const attributes = Object.assign(emptyAttributes(), given);
  attributes[ATTRIBUTE.encoding] = 'latin1';
  return attributes;
}

/** Text that is meant to be JSON and is none is refused; text that merely looks like JSON is kept as it is. */
function readText(text: string, isJsonMeant: boolean): RecordDraft | Refusal {
  if (!isJsonMeant && !text.trimStart().startsWith('{')) return readLine(text);
  const fromJson = readJson(text);
  return 'reason' in fromJson && !isJsonMeant ? readLine(text) : fromJson;
}

/** One line of text: in the line form, or else all of it is the body. */
function readLine(line: string): RecordDraft {
  const parsed = parseLineForm(line);
  return parsed === null ? draftOfText(line, NO_ATTRIBUTES) : draftOfLine(parsed, NO_ATTRIBUTES);
}

function readJson(text: string): RecordDraft | Refusal {
  try {
    return draftOfValue(parseJson(text));
  } catch (error) {
    return { reason: 'malformed', message: `not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Throws RangeError when the value is nested too deeply. */
function draftOfValue(value: unknown): RecordDraft | Refusal {
  if (!isJsonObject(value)) return { reason: 'malformed', message: 'JSON, but no object: one record is expected' };
  const content = isNestEnvelope(value) ? value['data'] : value;
  if (typeof content === 'string') return readLine(content);
  const draft = isJsonObject(content) ? draftFromJson(content) : null;
  return draft ?? { reason: 'empty', message: 'a JSON object with nothing in it' };
}

/** What Nest's ClientRMQ sends: `pattern` and `data`, a request's `id` too, and nothing else. */
function isNestEnvelope(value: Record<string, unknown>): boolean {
  const { pattern, data, ...others } = value;
  if (pattern === undefined || !(typeof data === 'string' || isJsonObject(data))) return false;
  return Object.keys(others).every((name) => name === 'id');
}

/** Of those that have a meaning of their own. */
const KNOWN_HEADERS = new Set(['HOST', 'PROGRAM', 'PRIORITY', 'MESSAGE', 'DATE', 'PID', 'service', 'severity']);

/** What the broker adds when it delivers again, or from DeadLetterQueue: not the sender's, and not the same each time. */
const BROKERS_HEADER = /^x-(?:delivery-count|acquired-count|(?:first|last)-death-(?:queue|exchange|reason))$/;

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
    const text = KNOWN_HEADERS.has(name) || BROKERS_HEADER.test(name) ? null : headerText(message, name);
    if (text !== null) attributes[syslogAttribute(name)] = text;
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

/** `MSGID` is `syslog.msgid`; in `.SDATA.id@32473.Key` the id and the key are the sender's and stay as they are. */
function syslogAttribute(header: string): string {
  return `syslog.${header.replace(/^\.SDATA\./, 'sdata.').replace(/^[A-Z_]+$/, (name) => name.toLowerCase())}`;
}

function withNamesOfEnvelope(draft: RecordDraft, message: WireMessage): RecordDraft {
  const key = parseRoutingKey(message.routingKey);
  const header = headerText(message, 'severity');
  const ofHeader = header === null ? null : parseSeverity(header);
  const ofEnvelope = ofHeader ?? key.severity;
  const unknownWord = ofHeader === null && header !== null ? header : ofEnvelope === null ? key.severityText : null;
  return {
    ...draft,
    service: draft.service ?? headerText(message, 'service') ?? key.service,
    severity: draft.severity ?? ofEnvelope,
    severityText: draft.severityText ?? (draft.severity === null ? unknownWord : null),
  };
}
