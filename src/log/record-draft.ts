import type { ParsedLine } from './line-form';
import { cleanService, withinLimits } from './limits';
import { ATTRIBUTE, type Attributes, emptyAttributes, type LogRecord, UNKNOWN_SERVICE } from './log-record';
import { DEFAULT_SEVERITY, parseSeverity, type Severity } from './severity';
import { MAX_AHEAD_US, type ParsedTime } from './timestamp';

/** What a client said of one record, before defaults fill the gaps. */
export interface RecordDraft {
  /** Null when no usable time was given. */
  readonly time: ParsedTime | null;
  /** The time as it was given, null when none was. */
  readonly timeText: string | null;
  readonly service: string | null;
  readonly severity: Severity | null;
  /** The severity as it was given, null when none was; may be null where `severity` says it all. */
  readonly severityText: string | null;
  readonly body: string | null;
  readonly attributes: Attributes;
}

/** A draft that says nothing but its text. */
export function draftOfText(body: string, attributes: Attributes): RecordDraft {
  return { time: null, timeText: null, service: null, severity: null, severityText: null, body, attributes };
}

/** The draft of a line in the line form. Field by field, because a spread takes longer than reading the line. */
export function draftOfLine(line: ParsedLine, attributes: Attributes): RecordDraft {
  const { time, timeText, service, severity, severityText, body } = line;
  return { time, timeText, service, severity, severityText, body, attributes };
}

/** Whether a record's own time is used: there is one, and it is not too far ahead of `now`. */
export function isUsableTime(time: ParsedTime | null, now: number): time is ParsedTime {
  return time !== null && time.timestamp <= now + MAX_AHEAD_US;
}

/** The word that was given as the severity and is none; it is kept although another severity takes its place. */
function unknownSeverity({ severity, severityText }: RecordDraft): string | null {
  if (severityText === null || severityText === '') return null;
  return severity === null || parseSeverity(severityText) === null ? severityText : null;
}

/** What fills the gaps of a draft. */
export interface Settled {
  /** Microseconds: the draft's own time where it is usable, else the fallback. */
  readonly timestamp: number;
  /** Whether `timestamp` is the draft's own. */
  readonly isOwnTime: boolean;
  readonly service?: string | null;
  readonly severity?: Severity | null;
}

/**
 * The record of a draft: gaps filled, within the limits. A time that was given but not used is kept in
 * `original_timestamp`, a severity that is none we know in `severity_text`.
 */
export function settle(draft: RecordDraft, settled: Settled): LogRecord {
  const lostTime = settled.isOwnTime ? null : draft.timeText;
  const lostSeverity = unknownSeverity(draft);
  let attributes = draft.attributes;
  if (lostTime !== null || lostSeverity !== null) {
    const marked = Object.assign(emptyAttributes(), attributes);
    if (lostTime !== null) marked[ATTRIBUTE.originalTimestamp] = lostTime;
    if (lostSeverity !== null) marked[ATTRIBUTE.severityText] = lostSeverity;
    attributes = marked;
  }
  return withinLimits({
    timestamp: settled.timestamp,
    service: cleanService(draft.service ?? settled.service ?? UNKNOWN_SERVICE),
    severity: draft.severity ?? settled.severity ?? DEFAULT_SEVERITY,
    body: draft.body ?? '',
    attributes,
  });
}
