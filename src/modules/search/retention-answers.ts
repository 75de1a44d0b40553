import { ApiProperty } from '@nestjs/swagger';
import type { FullReceipt, PolicyOnReceipt, RunState } from '../../expiry/receipt';
import type { Expired, ExpiredGroup } from '../../log/expired-group';
import { SEVERITIES, type Severity } from '../../log/severity';
import { formatTimestamp } from '../../log/timestamp';
import { PartialAnswer } from './search-answers';

const STATES: RunState[] = ['running', 'completed', 'stopped', 'failed', 'interrupted'];
const TIME = '2026-11-23T00:00:00.000000Z';
const FIRST = '2026-11-12T00:00:00.000412Z';
const LAST = '2026-11-12T23:59:59.998210Z';
const GROUP = { service: 'checkout', severity: 'info' };
const AMOUNT = { chunks: 311, records: 120_544, bytes: 15_311_870, from: FIRST, to: LAST };

/** A rule of `RETENTION_RULES`. */
export class RetentionRuleAnswer {
  @ApiProperty({ description: 'Null: any.', type: String, nullable: true, example: null })
  service: string | null;

  @ApiProperty({ description: 'Null: any.', type: String, enum: SEVERITIES, nullable: true, example: 'debug' })
  severity: Severity | null;

  @ApiProperty({ type: 'integer', example: 2 })
  days: number;
}

/** How long records are kept. */
export class RetentionPolicyAnswer {
  @ApiProperty({ description: 'Where no rule says otherwise.', type: 'integer', example: 10 })
  days: number;

  @ApiProperty({
    description: 'A rule that names service and severity wins over others; of those the one with the most days.',
    type: [RetentionRuleAnswer],
  })
  rules: RetentionRuleAnswer[];
}

/** How much it is. */
export class ExpiredAnswer {
  @ApiProperty({ description: 'Documents of the store.', type: 'integer', example: AMOUNT.chunks })
  chunks: number;

  @ApiProperty({ type: 'integer', example: AMOUNT.records })
  records: number;

  @ApiProperty({ description: 'Of the records, before compression.', type: 'integer', example: AMOUNT.bytes })
  bytes: number;

  @ApiProperty({
    description: 'Time of the first record; null when there is none.',
    type: String,
    format: 'date-time',
    nullable: true,
    example: FIRST,
  })
  from: string | null;

  @ApiProperty({
    description: 'Time of the last record; null when there is none.',
    type: String,
    format: 'date-time',
    nullable: true,
    example: LAST,
  })
  to: string | null;
}

/** How much it is of one service and severity. */
export class ExpiredGroupAnswer extends ExpiredAnswer {
  @ApiProperty({ example: GROUP.service })
  service: string;

  @ApiProperty({ enum: SEVERITIES, enumName: 'Severity', example: GROUP.severity })
  severity: Severity;
}

/** What a receipt and a preview share. */
class RetentionAnswer {
  @ApiProperty({ type: RetentionPolicyAnswer })
  policy: RetentionPolicyAnswer;

  @ApiProperty({ description: 'All groups together.', type: ExpiredAnswer })
  total: ExpiredAnswer;

  @ApiProperty({
    description: 'By service and severity, most records first; at most 1,000.',
    type: [ExpiredGroupAnswer],
    example: [{ ...GROUP, ...AMOUNT }],
  })
  groups: ExpiredGroupAnswer[];

  @ApiProperty({ description: 'How many groups there are beyond those.', type: 'integer', example: 0 })
  otherGroups: number;
}

/** The account of one retention run. */
export class ReceiptAnswer extends RetentionAnswer {
  @ApiProperty({ description: 'UUIDv7.', example: '019ab3c4-d5e6-7f80-91a2-b3c4d5e6f708' })
  id: string;

  @ApiProperty({
    description:
      '`stopped`: its process was told to stop, or another took over. `interrupted`: its process ended without a word, ' +
      'which the next run found out. In every state the amounts are what was removed.',
    enum: STATES,
    enumName: 'RetentionRunState',
    example: 'completed',
  })
  state: RunState;

  @ApiProperty({ description: 'The moment from which days are counted back.', format: 'date-time', example: TIME })
  startedAt: string;

  @ApiProperty({ description: 'Null while it runs.', type: String, format: 'date-time', nullable: true, example: TIME })
  finishedAt: string | null;

  @ApiProperty({ description: 'Why it failed; null when it did not.', type: String, nullable: true, example: null })
  error: string | null;
}

/** A page of receipts. */
export class ReceiptsAnswer {
  @ApiProperty({ type: [ReceiptAnswer] })
  receipts: ReceiptAnswer[];

  @ApiProperty({
    description: 'What to ask the next page with; null is the end.',
    type: String,
    nullable: true,
    example: null,
  })
  nextCursor: string | null;
}

/** What a run would remove now. */
export class PreviewAnswer extends RetentionAnswer {
  @ApiProperty({ description: 'The moment from which days are counted back.', format: 'date-time', example: TIME })
  at: string;

  @ApiProperty({
    description: 'Null: the amounts are whole. Otherwise the time limit ended the count early, and there is more.',
    type: PartialAnswer,
    nullable: true,
    example: null,
  })
  partial: PartialAnswer | null;
}

export function receiptAnswer(receipt: FullReceipt): ReceiptAnswer {
  const { id, state, startedAt, finishedAt, policy, total, groups, otherGroups, error } = receipt;
  return {
    id,
    state,
    startedAt: formatTimestamp(startedAt),
    finishedAt: timeAnswer(finishedAt),
    error,
    policy: policyAnswer(policy),
    total: expiredAnswer(total),
    groups: groups.map(groupAnswer),
    otherGroups,
  };
}

export function policyAnswer({ days, rules }: PolicyOnReceipt): RetentionPolicyAnswer {
  return { days, rules: rules.map((rule) => ({ ...rule })) };
}

export function groupAnswer(group: ExpiredGroup): ExpiredGroupAnswer {
  return { service: group.service, severity: group.severity, ...expiredAnswer(group) };
}

export function expiredAnswer({ chunks, records, bytes, from, to }: Expired): ExpiredAnswer {
  return { chunks, records, bytes, from: timeAnswer(from), to: timeAnswer(to) };
}

function timeAnswer(time: number | null): string | null {
  return time === null ? null : formatTimestamp(time);
}
