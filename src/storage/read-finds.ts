import type { mongo } from 'mongoose';
import type { LogFilter } from '../log/log-query';
import { type Severity, SEVERITIES } from '../log/severity';
import { HOUR_US } from '../log/timestamp';
import type { Chunk } from './chunk';

/** Beyond so many service x severity pairs MongoDB no longer merges the stretches of an index, but sorts in memory. */
export const MAX_PAIRS = 200;

export const SPANS = ['hour'] as const;
const SPAN_US = { hour: HOUR_US } as const;

/** One question to the store: chunks of one span, by an index that ends in `to`, so that nothing has to be sorted. */
export interface Find {
  readonly equal: {
    readonly span: Chunk['span'];
    readonly service?: { readonly $in: readonly string[] };
    readonly severity?: { readonly $in: readonly Severity[] };
  };
  readonly hint: Readonly<Record<string, 1 | -1>>;
}

/** The finds that together answer a filter, each chunk by exactly one of them; none when nothing can match. */
export function findsFor(filter: LogFilter): Find[] {
  const { services, severities } = filter;
  if (severities.length === 0) return [];
  return SPANS.flatMap((span): Find[] => {
    const bySeverity = { $in: severities };
    if (services !== null) {
      return groupsOf(services, Math.floor(MAX_PAIRS / severities.length)).map((group) => ({
        equal: { span, service: { $in: group }, severity: bySeverity },
        hint: { span: 1, service: 1, severity: 1, to: -1 },
      }));
    }
    if (severities.length < SEVERITIES.length) {
      return [{ equal: { span, severity: bySeverity }, hint: { span: 1, severity: 1, to: -1 } }];
    }
    return [{ equal: { span }, hint: { span: 1, to: -1 } }];
  });
}

function groupsOf(services: readonly string[], size: number): string[][] {
  const names = [...new Set(services)];
  return Array.from({ length: Math.ceil(names.length / size) }, (_, i) => names.slice(i * size, (i + 1) * size));
}

/**
 * The bounds of a find for chunks that may hold records from `from` to before `to`. The index is bounded by the end of
 * the span that holds the upper end, as no chunk crosses it; of those chunks the ones that begin later are left out.
 */
export function boundsOf(find: Find, from: number, to: number): mongo.Filter<Chunk> {
  const lower = from === -Infinity ? {} : { $gte: from };
  if (to === Infinity) return { ...find.equal, to: lower };
  return { ...find.equal, to: { ...lower, $lt: spanEnd(find.equal.span, to - 1) }, from: { $lt: to } };
}

/** The end, exclusive, of the UTC span that holds a time. */
export function spanEnd(span: Chunk['span'], time: number): number {
  return (Math.floor(time / SPAN_US[span]) + 1) * SPAN_US[span];
}
