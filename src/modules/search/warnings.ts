import type { LogFilter, TimeRange } from '../../log/log-query';
import { earliestCutoff, type RetentionPolicy } from '../../log/retention-policy';
import { SEVERITIES } from '../../log/severity';
import { formatTimestamp } from '../../log/timestamp';
import type { Completeness } from '../../storage/read-completeness';
import { MAX_PAGE_BYTES } from '../../storage/read-page';
import type { WarningAnswer } from './search-answers';

/** What a person should know of an answer, beyond what it holds. */
export interface Circumstances {
  readonly filter: LogFilter;
  readonly range: TimeRange;
  readonly retention: RetentionPolicy;
  readonly now: number;
  readonly completeness: Completeness;
  readonly damaged: readonly Error[];
  /** Whether the page ended because of its size. */
  readonly isOutOfRoom: boolean;
}

/** So many damaged chunks are named: a store that was written with another codec may hold nothing else. */
const CHUNKS_TOLD = 10;

export function warningsFor(found: Circumstances): WarningAnswer[] {
  const { filter, retention, now, completeness, damaged, isOutOfRoom } = found;
  const warnings: WarningAnswer[] = [];
  const severities = filter.severities.length === 0 ? SEVERITIES : filter.severities;
  const cutoff = earliestCutoff(retention, { services: filter.services, severities }, now);
  if (found.range.from < cutoff) {
    const message = `from is before ${formatTimestamp(cutoff)}; records older than that have expired`;
    warnings.push({ code: 'beyond_retention', message });
  }
  if (filter.severities.length === 0) {
    const message = 'no severity that is named is as severe as minSeverity, so no record can match';
    warnings.push({ code: 'nothing_can_match', message });
  }
  if (!completeness.isCollecting) {
    const message = 'no collector is at work: what was sent of late may be missing, and will be stored later';
    warnings.push({ code: 'no_collector', message });
  }
  if (isOutOfRoom) {
    const message = `the page is full at ${MAX_PAGE_BYTES} bytes, before it holds as many records as asked for`;
    warnings.push({ code: 'page_full', message });
  }
  for (const { message } of damaged.slice(0, CHUNKS_TOLD)) {
    warnings.push({ code: 'unreadable_chunk', message: `records are missing, as they cannot be read: ${message}` });
  }
  if (damaged.length > CHUNKS_TOLD) {
    const message = `records are missing, as they cannot be read: ${damaged.length - CHUNKS_TOLD} more chunks`;
    warnings.push({ code: 'unreadable_chunk', message });
  }
  return warnings;
}
