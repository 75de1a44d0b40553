import { parseLineForm } from '../../log/line-form';
import { ATTRIBUTE, type Attributes, emptyAttributes, type LogRecord, NO_ATTRIBUTES } from '../../log/log-record';
import { draftOfLine, isUsableTime, type RecordDraft, settle } from '../../log/record-draft';
import { type RetentionPolicy, retentionCutoff } from '../../log/retention-policy';
import { guessSeverity, type Severity } from '../../log/severity';
import { StreamClock } from '../../log/stream-clock';
import type { TimeZone } from '../../log/time-zone';
import { formatTimestamp, type ParsedTime } from '../../log/timestamp';
import { draftOfJsonText, draftOfJsonValue } from './json-draft';
import type { Line } from './lines/line-splitter';
import { isRefused, type RefusedItem } from './refused-item';

/** What records of a stream get where they do not say it themselves. */
export interface RecordDefaults {
  readonly service: string | null;
  readonly severity: Severity | null;
  /** Added to every record; a record's own attributes of the same names win. */
  readonly attributes: Attributes;
}

/** How a stream is read. */
export interface ReadingOptions {
  /** The zone of times that name none; null or absent: UTC. */
  readonly zone?: TimeZone | null;
  /** The clock of a stream that is read on; absent: of a new one. */
  readonly clock?: StreamClock;
}

/** What stands around the text of a line, as in Docker's json-file. */
export interface LineEnvelope {
  /** When the line came; for lines that say no time themselves, or none that can be used. */
  readonly time: ParsedTime | null;
  /** As it was given. */
  readonly timeText: string;
  readonly attributes: Attributes;
}

const LATIN1: Attributes = Object.freeze(Object.assign(emptyAttributes(), { [ATTRIBUTE.encoding]: 'latin1' }));
const OPENING_BRACE = 0x7b;

/**
 * Turns what one stream (a file, a request, standard input) says into records, in order, so that their times keep that
 * order. `now` is the time of reading, microseconds: what records without a usable time get, and what "too old" is
 * measured from.
 */
export class RecordReader {
  private readonly clock: StreamClock;
  private readonly zone: TimeZone | null;
  private unknown = 0;

  constructor(
    private readonly defaults: RecordDefaults,
    private readonly retention: RetentionPolicy,
    { zone = null, clock = new StreamClock() }: ReadingOptions = {},
  ) {
    this.zone = zone;
    this.clock = clock;
  }

  /** Records so far whose severity was a word that we do not know. */
  get unknownSeverities(): number {
    return this.unknown;
  }

  /**
   * A line of any log: the line form, a JSON object, or text that is a body as a whole, whose severity is guessed unless
   * there is a default. Lines that were joined to it, as those of a stack trace, belong to its body. Every line is a
   * record, except one that is too old.
   */
  readLine(line: Line, now: number, envelope: LineEnvelope | null = null): LogRecord | RefusedItem {
    const draft = this.draftOfLines(line.text);
    const record = this.readDraft(envelope === null ? draft : within(draft, envelope), line.isLatin1, now);
    return line.droppedBytes > 0 && !isRefused(record) ? withFullLength(record, line.droppedBytes) : record;
  }

  /** A line that must be a JSON object, as in NDJSON. */
  readJsonLine(line: Line, now: number): LogRecord | RefusedItem {
    const draft = draftOfJsonText(line.text);
    return isRefused(draft) ? draft : this.readDraft(draft, line.isLatin1, now);
  }

  /** A parsed JSON value that must be an object. */
  readJsonValue(value: unknown, isLatin1: boolean, now: number): LogRecord | RefusedItem {
    const draft = draftOfJsonValue(value);
    return isRefused(draft) ? draft : this.readDraft(draft, isLatin1, now);
  }

  /** The record of a draft: defaults, time, retention. */
  readDraft(given: RecordDraft, isLatin1: boolean, now: number): LogRecord | RefusedItem {
    const draft = withAttributes(isLatin1 ? withAttributes(given, LATIN1) : given, this.defaults.attributes);
    const time = draft.time === null || this.zone === null ? draft.time : this.zone.resolve(draft.time);
    const isOwnTime = isUsableTime(time, now);
    const timestamp = isOwnTime ? this.clock.given(time) : this.clock.reading(now);
    const hasUnknownSeverity = draft.severity === null && draft.severityText !== null && draft.severityText !== '';
    if (hasUnknownSeverity) this.unknown++;
    const record = settle(draft, {
      timestamp,
      isOwnTime,
      service: this.defaults.service,
      severity: hasUnknownSeverity ? null : this.defaults.severity, // a default fills a gap; an unknown word is no gap
    });
    const cutoff = retentionCutoff(this.retention, record.service, record.severity, now);
    return timestamp < cutoff ? tooOld(timestamp, cutoff) : record;
  }

  private draftOfLines(text: string): RecordDraft {
    const end = text.indexOf('\n');
    if (end < 0) return this.draftOfLine(text);
    const first = this.draftOfLine(text.slice(0, end));
    return { ...first, body: (first.body ?? '') + text.slice(end) };
  }

  private draftOfLine(text: string): RecordDraft {
    const parsed = parseLineForm(text);
    if (parsed !== null) return draftOfLine(parsed, NO_ATTRIBUTES);
    if (text.charCodeAt(0) === OPENING_BRACE) {
      const draft = draftOfJsonText(text);
      if (!isRefused(draft)) return draft; // what only looks like JSON is text
    }
    const severity = this.defaults.severity ?? guessSeverity(text);
    return {
      time: null,
      timeText: null,
      service: null,
      severity,
      severityText: null,
      body: text,
      attributes: NO_ATTRIBUTES,
    };
  }
}

/** `attributes` below those of the draft. */
function withAttributes(draft: RecordDraft, attributes: Attributes): RecordDraft {
  if (attributes === NO_ATTRIBUTES) return draft;
  if (draft.attributes === NO_ATTRIBUTES) return { ...draft, attributes };
  return { ...draft, attributes: Object.assign(emptyAttributes(), attributes, draft.attributes) };
}

/** What the line says itself goes before what stands around it; a time of its own that cannot be used is kept as text. */
function within(draft: RecordDraft, { time, timeText, attributes }: LineEnvelope): RecordDraft {
  const own = withAttributes(draft, attributes);
  if (draft.time !== null || (time === null && draft.timeText !== null)) return own;
  if (draft.timeText === null) return { ...own, time, timeText };
  const given = Object.assign(emptyAttributes(), { [ATTRIBUTE.originalTimestamp]: draft.timeText });
  return withAttributes({ ...own, time, timeText }, given);
}

/** A line of which only the beginning was held says its full length, not the length of what was held. */
function withFullLength(record: LogRecord, droppedBytes: number): LogRecord {
  const known = record.attributes[ATTRIBUTE.truncatedFrom];
  const heldBytes = typeof known === 'number' ? known : Buffer.byteLength(record.body);
  const attributes = Object.assign(emptyAttributes(), record.attributes);
  attributes[ATTRIBUTE.truncatedFrom] = heldBytes + droppedBytes;
  return { ...record, attributes };
}

function tooOld(timestamp: number, cutoff: number): RefusedItem {
  const message = `${formatTimestamp(timestamp)} is before ${formatTimestamp(cutoff)}, the end of retention`;
  return { reason: 'too_old', message };
}
