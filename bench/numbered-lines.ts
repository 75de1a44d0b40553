import type { mongo } from 'mongoose';
import { type Chunk, CHUNKS } from '../src/storage/chunk';
import { recordsOf } from '../src/storage/open-block';
import type { Sent } from './traffic';

const NUMBER = / n=(\d+)$/;
const UNSEEN = 0;
const SEEN = 1;

/** The lines, each with its number at its end, beginning with `first`. */
export function numbered(lines: string, first: number): string {
  return lines
    .split('\n')
    .map((line, i) => `${line} n=${first + i}`)
    .join('\n');
}

/** What became of records whose numbers rise by one from the first of the first request, 0. */
export interface NumberedCount {
  readonly stored: number;
  readonly distinct: number;
  /** Accepted and not stored. */
  readonly missing: number;
  /** Stored although the request was refused, or there was none. */
  readonly unexpected: number;
}

/** Reads every record in the store, without the search role. */
export async function countNumbered(db: mongo.Db, { outcomes, linesARequest }: Sent): Promise<NumberedCount> {
  const seen = new Uint8Array(outcomes.length * linesARequest);
  const outcomeOf = (number: number): string | undefined => outcomes[Math.floor(number / linesARequest)];
  let stored = 0;
  let distinct = 0;
  let unexpected = 0;
  for await (const chunk of db.collection<Chunk>(CHUNKS).find()) {
    for (const { body } of recordsOf(chunk)) {
      stored++;
      const number = Number(NUMBER.exec(body)?.[1] ?? NaN);
      if (!(number < seen.length) || outcomeOf(number) === 'refused') unexpected++;
      else if (seen[number] === UNSEEN) distinct++;
      if (number < seen.length) seen[number] = SEEN;
    }
  }
  const missing = seen.reduce(
    (sum, mark, number) => sum + (mark === UNSEEN && outcomeOf(number) === 'accepted' ? 1 : 0),
    0,
  );
  return { stored, distinct, missing, unexpected };
}
