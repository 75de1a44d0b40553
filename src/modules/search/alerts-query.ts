import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { examples } from '../../http/parameter-examples';
import { Cursor, Limit, Texts } from './search-query';

export const DEFAULT_ALERTS = 100;
const MAX_ALERTS = 1_000;
export const ALERT_STATUSES = ['pending', 'firing', 'resolved'] as const;

/** What `GET /api/v1/alerts` takes. */
export class AlertsQuery {
  @ApiPropertyOptional({
    description: 'Only alerts in this state. Repeat the parameter for several: any of them.',
    enum: ALERT_STATUSES,
    enumName: 'AlertStatus',
    isArray: true,
    examples: examples([], ['firing']),
  })
  @IsOptional()
  @IsIn(ALERT_STATUSES, { each: true, message: `must be one of ${ALERT_STATUSES.join(', ')}` })
  status?: (typeof ALERT_STATUSES)[number][];

  @Texts('Only alerts of this service. Repeat the parameter for several: any of them.', ['checkout', 'payments'])
  service?: string[];

  @Limit('Alerts a page at most.', MAX_ALERTS, DEFAULT_ALERTS)
  limit?: number;

  @Cursor('The `nextCursor` of the page before.', '1019ab3c4-d5e6-7f80-91a2-b3c4d5e6f708')
  cursor?: string;
}
