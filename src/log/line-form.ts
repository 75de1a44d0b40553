import { isSeverityWord, parseSeverity, type Severity } from './severity';
import { parseIsoTime, type ParsedTime } from './timestamp';

/** What a line in the line form says. */
export interface ParsedLine {
  readonly time: ParsedTime;
  /** The time as it stands in the line. */
  readonly timeText: string;
  readonly service: string;
  /** Null when the word is none we know; it is then `severityText`. */
  readonly severity: Severity | null;
  readonly severityText: string;
  readonly body: string;
}

const TIME_WITH_SPACE = 10; // `YYYY-MM-DD`, then the time as a word of its own
/** A dash stands for none; a zone apart from its time would make the time wrong. */
const NO_SERVICE = /^(?:-|[+-]\d\d:?\d\d)$/;
const UNKNOWN_SEVERITY = /^[A-Z][A-Z_]{1,31}$/;

/**
 * Reads `<timestamp> <service_name> <severity> <log_message>`; the timestamp is `YYYY-MM-DD HH:MM:SS[.fff]` or ISO 8601
 * with an optional zone. Null when the line is not in this form: no such timestamp, `-`, a zone or a severity where the
 * service stands, or a third word that is neither a known severity nor one word in capitals (`AUDIT`). The message may be empty.
 */
export function parseLineForm(line: string): ParsedLine | null {
  if (line.charCodeAt(4) !== 0x2d || line.charCodeAt(7) !== 0x2d) return null; // two dashes of a date: most other text ends here
  const timeEnd = line.indexOf(' ', line.charCodeAt(TIME_WITH_SPACE) === 0x20 ? TIME_WITH_SPACE + 1 : TIME_WITH_SPACE);
  if (timeEnd < 0) return null;
  const serviceEnd = line.indexOf(' ', timeEnd + 1);
  if (serviceEnd < 0) return null;
  const service = line.slice(timeEnd + 1, serviceEnd);
  if (service === '' || NO_SERVICE.test(service)) return null;
  const severityEnd = line.indexOf(' ', serviceEnd + 1);
  const severityText = severityEnd < 0 ? line.slice(serviceEnd + 1) : line.slice(serviceEnd + 1, severityEnd);
  const severity = parseSeverity(severityText);
  if (severity === null && !UNKNOWN_SEVERITY.test(severityText)) return null;
  if (isSeverityWord(service)) return null;
  const timeText = line.slice(0, timeEnd);
  const time = parseIsoTime(timeText);
  if (time === null) return null;
  return { time, timeText, service, severity, severityText, body: severityEnd < 0 ? '' : line.slice(severityEnd + 1) };
}
