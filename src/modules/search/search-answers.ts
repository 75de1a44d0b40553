import { ApiProperty } from '@nestjs/swagger';
import { type Attributes, type LogRecord } from '../../log/log-record';
import { encodeRecordId } from '../../log/record-id';
import { keyOf } from '../../log/record-order';
import { SEVERITIES, type Severity } from '../../log/severity';
import { formatTimestamp } from '../../log/timestamp';

const TIME = '2026-11-23T10:00:00.123456Z';
const ID = '1AAZg7W5EgAAEiVfcGk8XDpMzB0iKY2hlY2tvdXQ';

/** A record as the API gives it. */
export class RecordAnswer {
  @ApiProperty({
    description: 'Stable for as long as the record is kept. Opaque; equal records share it.',
    example: ID,
  })
  id: string;

  @ApiProperty({ description: 'When it happened, UTC, microseconds.', format: 'date-time', example: TIME })
  timestamp: string;

  @ApiProperty({ description: 'The application that emitted it.', example: 'checkout' })
  service: string;

  @ApiProperty({ enum: SEVERITIES, enumName: 'Severity', example: 'error' })
  severity: Severity;

  @ApiProperty({ description: 'The text; may hold newlines.', example: 'card 42 declined' })
  body: string;

  @ApiProperty({
    description: 'Names to values; nested names joined by dots.',
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] },
    example: { 'host.name': 'web-1', retries: 2 },
  })
  attributes: Attributes;
}

export function recordAnswer(record: LogRecord): RecordAnswer {
  const { timestamp, service, severity, body, attributes } = record;
  const id = encodeRecordId(keyOf(record));
  return { id, timestamp: formatTimestamp(timestamp), service, severity, body, attributes };
}

/** The answer to a search for one record. */
export class OneRecordAnswer {
  @ApiProperty({ type: RecordAnswer })
  record: RecordAnswer;
}

export class WaitingAnswer {
  @ApiProperty({ description: 'Messages in the queue.', type: 'integer', example: 0 })
  messages: number;

  @ApiProperty({ description: 'Messages that collectors hold and have not stored yet.', type: 'integer', example: 1 })
  inHand: number;
}

/** How far an answer can be trusted to be all there is. */
export class CompletenessAnswer {
  @ApiProperty({
    description: 'What our sources sent before this time is stored and found; null when it is not known.',
    type: String,
    format: 'date-time',
    nullable: true,
    example: TIME,
  })
  storedUntil: string | null;

  @ApiProperty({
    description: 'What is not stored yet; null when no collector tells.',
    type: WaitingAnswer,
    nullable: true,
  })
  waiting: WaitingAnswer | null;
}

export class PartialAnswer {
  @ApiProperty({ description: 'Why the search ended early.', enum: ['time_limit'], example: 'time_limit' })
  reason: 'time_limit';
}

export const WARNING_CODES = [
  'beyond_retention',
  'no_collector',
  'nothing_can_match',
  'page_full',
  'unreadable_chunk',
] as const;

export class WarningAnswer {
  @ApiProperty({ enum: WARNING_CODES, enumName: 'WarningCode', example: 'beyond_retention' })
  code: (typeof WARNING_CODES)[number];

  @ApiProperty({ example: 'from is before 2026-11-13T10:00:00.000000Z; older records have expired' })
  message: string;
}

export class StatsAnswer {
  @ApiProperty({ description: 'Chunks that were fetched.', type: 'integer', example: 12 })
  chunksRead: number;

  @ApiProperty({ description: 'Records that were looked at.', type: 'integer', example: 5400 })
  recordsScanned: number;

  @ApiProperty({ description: 'Milliseconds.', example: 4.2 })
  elapsedMs: number;
}

/** What the answers to all searches have in common. */
export class SearchAnswer {
  @ApiProperty({ description: 'Where the search begins, inclusive.', format: 'date-time', example: TIME })
  from: string;

  @ApiProperty({
    description: 'Where it ends, exclusive; null when it has no end.',
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
  })
  to: string | null;

  @ApiProperty({ type: CompletenessAnswer })
  completeness: CompletenessAnswer;

  @ApiProperty({
    description: 'Set when the search ended early: the answer holds what was found until then.',
    type: PartialAnswer,
    nullable: true,
    example: null,
  })
  partial: PartialAnswer | null;

  @ApiProperty({ type: [WarningAnswer] })
  warnings: WarningAnswer[];

  @ApiProperty({ type: StatsAnswer })
  stats: StatsAnswer;
}

/** A page of records. */
export class LogsAnswer extends SearchAnswer {
  @ApiProperty({ type: [RecordAnswer] })
  records: RecordAnswer[];

  @ApiProperty({
    description:
      'What to ask the next page with. Null is the end, and the only sign of it: a page may be short, or empty.',
    type: String,
    nullable: true,
    example: '1WzE3OTU0MjgwMDAwMDAwMDAsbnVsbCwiIiwiIiwiN2Q4NGE5MTJlM2NiMjAwNCIsMTc5NTQyODAwMDAwMDAwMF0',
  })
  nextCursor: string | null;
}

export class BucketAnswer {
  @ApiProperty({
    description: 'Its beginning, inclusive.',
    format: 'date-time',
    example: '2026-11-23T10:00:00.000000Z',
  })
  start: string;

  @ApiProperty({ description: 'All records in it.', type: 'integer', example: 42 })
  total: number;

  @ApiProperty({
    description: 'Records by group, for the 20 largest groups of the histogram; those without any are left out.',
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { error: 2, info: 40 },
  })
  counts: Readonly<Record<string, number>>;

  @ApiProperty({ description: 'Records of all other groups.', type: 'integer', example: 0 })
  other: number;
}

/** How many records there are over time. */
export class HistogramAnswer extends SearchAnswer {
  @ApiProperty({ description: 'Length of a bucket.', example: '15m' })
  interval: string;

  @ApiProperty({ description: 'In order of time, empty ones included.', type: [BucketAnswer] })
  buckets: BucketAnswer[];
}
