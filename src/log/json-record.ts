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
 * What a JSON object says of a record: the first of the known names that holds text, a number or a boolean is the body,
 * severity and service, the first that holds a usable time the time; all else becomes attributes, nested names joined by
 * dots. Null for an object without anything in it. Throws RangeError when an array in it is nested too deeply to be
 * written as JSON text.
 */
export function draftFromJson(given: object): RecordDraft | null {
  const fields = flatten(given);
  const severityGiven = take(fields, SEVERITY_NAMES);
  const { time, timeText } = takeTime(fields);
  const service = textOf(take(fields, SERVICE_NAMES));
  const body = textOf(take(fields, BODY_NAMES));
  const hasAttributes = Object.keys(fields).length > 0;
  const saysNothing = severityGiven === undefined && timeText === null && service === null && body === null;
  if (!hasAttributes && saysNothing) return null;
  const severity = typeof severityGiven === 'boolean' ? null : parseSeverity(severityGiven ?? '');
  return {
    time,
    timeText,
    service: service?.trim() === '' ? null : service,
    severity,
    severityText: severity === null ? textOf(severityGiven) : null,
    body,
    attributes: hasAttributes ? fields : NO_ATTRIBUTES,
  };
}

function textOf(value: AttributeValue | undefined): string | null {
  return value === undefined ? null : String(value);
}

/** The first usable time, because of several names that mean one some may hold another thing: a duration in `time`. */
function takeTime(fields: Record<string, AttributeValue>): Pick<RecordDraft, 'time' | 'timeText'> {
  for (const name of TIME_NAMES) {
    const time = parseTime(fields[name]);
    if (time !== null) return { time, timeText: textOf(take(fields, [name])) };
  }
  return { time: null, timeText: textOf(take(fields, TIME_NAMES)) };
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
    if (typeof value === 'string' || typeof value === 'boolean' || isFiniteNumber(value)) fields[path] = value;
    else if (typeof value === 'number') fields[path] = String(value);
    else if (typeof value !== 'object' || value === null) continue;
    else if (Array.isArray(value) || depth >= MAX_DEPTH) fields[path] = JSON.stringify(value);
    else flattenInto(fields, value as Record<string, unknown>, `${path}.`, depth + 1);
  }
}

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}
