import type { LogRecord } from './log-record';
import { compareRecords, contentHash } from './record-order';

/** The records in the total order, in an array of their own; as {@link compareRecords}, but no hash is computed twice. */
export function sortRecords(records: readonly LogRecord[]): LogRecord[] {
  const sorted = records.slice();
  if (!sorted.every((record, i) => i === 0 || comparePlace(sorted[i - 1], record) < 0)) {
    sorted.sort(comparePlace);
    for (let start = 0; start < sorted.length;) {
      const end = endOfTie(sorted, start);
      if (end - start > 1) sortByContent(sorted, start, end);
      start = end;
    }
  }
  return sorted;
}

/** The total order without the content, which is what takes hashes. */
function comparePlace(a: LogRecord | undefined, b: LogRecord | undefined): number {
  if (a === undefined || b === undefined) return 0;
  if (a.timestamp !== b.timestamp) return a.timestamp - b.timestamp;
  return a.service === b.service && a.severity === b.severity ? 0 : compareRecords(a, b);
}

function endOfTie(sorted: readonly LogRecord[], start: number): number {
  let end = start + 1;
  while (end < sorted.length && comparePlace(sorted[start], sorted[end]) === 0) end++;
  return end;
}

function sortByContent(sorted: LogRecord[], start: number, end: number): void {
  const tie = sorted.slice(start, end).map((record) => ({ record, hash: contentHash(record) }));
  tie.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0));
  tie.forEach(({ record }, i) => (sorted[start + i] = record));
}
