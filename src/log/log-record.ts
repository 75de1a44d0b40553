import type { Severity } from './severity';

/** What an attribute may hold. Integers above 2^53 travel as text, arrays as JSON text, null is left out. */
export type AttributeValue = string | number | boolean;

/**
 * Names to values; nested names are joined by dots, OpenTelemetry's names where there is one (`host.name`, `trace_id`).
 * An object without a prototype, so that a name such as `__proto__` is a name like any other: make it with
 * {@link emptyAttributes}.
 */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** One structured log entry. */
export interface LogRecord {
  /** Integer microseconds since the Unix epoch, UTC. */
  readonly timestamp: number;
  readonly service: string;
  readonly severity: Severity;
  /** The text; may hold newlines. */
  readonly body: string;
  readonly attributes: Attributes;
}

/** The service of a record that names none. */
export const UNKNOWN_SERVICE = 'unknown';

export function emptyAttributes(): Record<string, AttributeValue> {
  return Object.create(null) as Record<string, AttributeValue>;
}

/** The attributes of every record that has none; frozen, and shared so that such records cost nothing. */
export const NO_ATTRIBUTES: Attributes = Object.freeze(emptyAttributes());

/** Names of the attributes that Logwarren itself adds to a record. */
export const ATTRIBUTE = {
  /** The word that stood where a severity was expected. */
  severityText: 'severity_text',
  /** The time as given, when it could not be used. */
  originalTimestamp: 'original_timestamp',
  /** UTF-8 bytes of the body before it was cut. */
  truncatedFrom: 'truncated_from',
  /** How many attributes were left out. */
  attributesDropped: 'attributes_dropped',
  /** How many attributes had their name or value cut. */
  attributesCut: 'attributes_cut',
  /** Set to `latin1` when the bytes were no UTF-8 and were read as Latin-1, which keeps every byte. */
  encoding: 'encoding',
} as const;
