import { type AttributeValue, emptyAttributes, NO_ATTRIBUTES } from './log-record';
import type { RecordDraft } from './record-draft';
import { parseSeverity } from './severity';
import { parseTime } from './timestamp';

/** The names looked for, best first; upper case is what syslog-ng's `format-json` writes, `log.level` is Elastic's. */
const TIME_NAMES = ['time', 'timestamp', '@timestamp', 'ts', 'ISODATE', 'DATE'];
const BODY_NAMES = ['message', 'msg', 'body', 'log', 'MESSAGE'];
const SEVERITY_NAMES = ['level', 'severity', 'log.level', 'PRIORITY'];
const SERVICE_NAMES = ['service', 'service.name', 'app', 'PROGRAM'];

/** Deeper than this a value is kept as JSON text. */
const MAX_DEPTH = 16;

/**
 * What a JSON object says of a record: the first of the known names that holds text, a number or a boolean is the time,
 * body, severity and service; all else becomes attributes, nested names joined by dots. Null for an object without
 * anything in it.
 */
export function draftFromJson(given: object): RecordDraft | null {
  const fields = flatten(given);
  const severityGiven = take(fields, SEVERITY_NAMES);
  const timeGiven = take(fields, TIME_NAMES);
  const service = take(fields, SERVICE_NAMES);
  const body = take(fields, BODY_NAMES);
  const hasAttributes = Object.keys(fields).length > 0;
  const saysNothing = [severityGiven, timeGiven, service, body].every((value) => value === undefined);
  if (!hasAttributes && saysNothing) return null;
  return {
    time: timeGiven === undefined ? null : parseTime(timeGiven),
    timeText: timeGiven === undefined ? null : String(timeGiven),
    service: service === undefined ? null : String(service),
    severity: severityGiven === undefined || typeof severityGiven === 'boolean' ? null : parseSeverity(severityGiven),
    severityText: severityGiven === undefined ? null : String(severityGiven),
    body: body === undefined ? null : String(body),
    attributes: hasAttributes ? fields : NO_ATTRIBUTES,
  };
}

function take(fields: Record<string, AttributeValue>, names: readonly string[]): AttributeValue | undefined {
  for (const name of names) {
    const value = fields[name];
    if (value === undefined) continue;
    delete fields[name];
    return value;
  }
  return undefined;
}

/** The object's values under flat names: nested names joined by dots, arrays as JSON text, null left out. */
export function flatten(given: object): Record<string, AttributeValue> {
  const fields = emptyAttributes();
  flattenInto(fields, given as Record<string, unknown>, '', 0);
  return fields;
}

function flattenInto(
  fields: Record<string, AttributeValue>,
  given: Record<string, unknown>,
  prefix: string,
  depth: number,
): void {
  for (const [name, value] of Object.entries(given)) {
    const path = prefix + name;
    if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') fields[path] = value;
    else if (typeof value !== 'object' || value === null) continue;
    else if (Array.isArray(value) || depth >= MAX_DEPTH) fields[path] = JSON.stringify(value);
    else flattenInto(fields, value as Record<string, unknown>, `${path}.`, depth + 1);
  }
}
