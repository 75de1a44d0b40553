import { ApiProperty } from '@nestjs/swagger';
import type { RejectReason } from '../../../log/reject';
import type { ItemError } from './parse-body';

const REASONS = ['malformed', 'empty', 'too_old'] as const satisfies readonly RejectReason[];

/** Why one item was rejected. */
export class IngestItemError implements ItemError {
  @ApiProperty({
    description: 'Its place among the items sent, from 0; empty lines do not count. -1: the body as a whole.',
    example: 17,
  })
  readonly index: number;

  @ApiProperty({ description: 'Why, as a word a program can rely on.', enum: REASONS, example: 'too_old' })
  readonly code: RejectReason;

  @ApiProperty({
    description: 'Why, for people.',
    example: '1970-01-01T00:00:00.000000Z is before 2026-11-13T10:00:00.000000Z, the end of retention',
  })
  readonly message: string;
}

/** What became of the items of a request. */
export class IngestAnswer {
  @ApiProperty({ description: 'Records that the broker has confirmed: they will be stored.', example: 41 })
  readonly accepted: number;

  @ApiProperty({ description: 'Items that became no record.', example: 1 })
  readonly rejected: number;

  @ApiProperty({ description: 'The first 100 of the rejected items.', type: [IngestItemError] })
  readonly errors: readonly IngestItemError[];
}

/** The answer to a body that cannot be read as a whole. */
export function unreadable(message: string): IngestAnswer {
  return { accepted: 0, rejected: 1, errors: [{ index: -1, code: 'malformed', message }] };
}
