import type { Attributes } from './log-record';
import { type Severity, SEVERITIES } from './severity';
import type { TextQuery } from './text-query';

/** An attribute that must be there, with one of these values as text. */
export interface AttributeFilter {
  readonly name: string;
  readonly values: readonly string[];
}

/** Which records are meant. Values of one name are alternatives, different names must all hold. */
export interface LogFilter {
  /** Null for any. */
  readonly services: readonly string[] | null;
  /** From least to most severe, each once; all of them for any. Empty: nothing can match. */
  readonly severities: readonly Severity[];
  readonly text: TextQuery | null;
  readonly attributes: readonly AttributeFilter[];
}

/** A stretch of time, microseconds. */
export interface TimeRange {
  /** Inclusive. */
  readonly from: number;
  /** Exclusive; null when it has no end. */
  readonly to: number | null;
}

/** Which way records are read: newest first, or oldest first. */
export type Order = 'desc' | 'asc';

/** The filter that every record passes. */
export const EVERYTHING: LogFilter = { services: null, severities: SEVERITIES, text: null, attributes: [] };

/** Whether the filter looks at more than what all records of a chunk share. */
export function looksInside(filter: LogFilter): boolean {
  return filter.text !== null || filter.attributes.length > 0;
}

/** Whether a record with these attributes has, for every name asked for, one of the values asked for. */
export function matchesAttributes(filters: readonly AttributeFilter[], attributes: Attributes): boolean {
  return filters.every(({ name, values }) => {
    const value = attributes[name];
    return value !== undefined && values.includes(String(value));
  });
}
