import { ApiProperty } from '@nestjs/swagger';
import type { RejectReason } from '../../log/reject';
import { formatTimestamp } from '../../log/timestamp';
import type { DeadLetter } from '../../storage/dead-letters';

const REASONS: RejectReason[] = [
  'malformed',
  'empty',
  'count_mismatch',
  'message_too_large',
  'too_old',
  'store_refused',
];

/** A dead letter as the API gives it. */
export class DeadLetterAnswer {
  @ApiProperty({ example: '019ab3c4-d5e6-7f80-91a2-b3c4d5e6f708:-1' })
  id: string;

  @ApiProperty({ description: 'When it was rejected.', format: 'date-time', example: '2026-11-23T10:00:00.123000Z' })
  at: string;

  @ApiProperty({ enum: REASONS, enumName: 'RejectReason', example: 'malformed' })
  reason: RejectReason;

  @ApiProperty({ description: 'What is wrong with it, for people.', example: 'line is not JSON: Unexpected end' })
  message: string;

  @ApiProperty({ description: 'Under which its message was published.', example: 'checkout.error' })
  routingKey: string;

  @ApiProperty({
    description: "The message's headers.",
    type: 'object',
    additionalProperties: true,
    example: { service: 'checkout', severity: 'error', count: 1 },
  })
  headers: Readonly<Record<string, unknown>>;

  @ApiProperty({ description: 'Its bytes, base64; the first MiB of them.', format: 'byte', example: 'eyJ0IjoxNzk1' })
  body: string;

  @ApiProperty({ description: 'Bytes of all of it.', type: 'integer', example: 9 })
  bodyLength: number;

  @ApiProperty({ description: 'SHA-256 of all of it, hexadecimal.', example: 'a3f5'.repeat(16) })
  sha256: string;
}

/** A page of dead letters. */
export class DeadLettersAnswer {
  @ApiProperty({ type: [DeadLetterAnswer] })
  deadLetters: DeadLetterAnswer[];

  @ApiProperty({
    description: 'What to ask the next page with; null is the end.',
    type: String,
    nullable: true,
    example: null,
  })
  nextCursor: string | null;
}

export function deadLetterAnswer({ at, body, ...rest }: DeadLetter): DeadLetterAnswer {
  return { ...rest, at: formatTimestamp(at), body: body.toString('base64') };
}
