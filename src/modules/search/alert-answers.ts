import { ApiProperty } from '@nestjs/swagger';
import type { AlertDocument, AlertLine } from '../../alerts/alert-documents';
import type { AlertRuleName } from '../../alerts/alert-rule';
import type { AlertStatus } from '../../alerts/alert-state';
import { SEVERITIES, type Severity } from '../../log/severity';
import { formatTimestamp, SECOND_US } from '../../log/timestamp';
import { ALERT_STATUSES } from './alerts-query';

const TIME = '2026-11-23T10:00:00.123456Z';

/** When something of an alert happened; null while it has not. */
const Time = (description: string): PropertyDecorator =>
  ApiProperty({ description, type: String, format: 'date-time', nullable: true, example: TIME });

/** One of the last lines before an alert fired. */
export class AlertLineAnswer {
  @ApiProperty({ format: 'date-time', example: TIME })
  timestamp: string;

  @ApiProperty({ enum: SEVERITIES, enumName: 'Severity', example: 'error' })
  severity: Severity;

  @ApiProperty({ description: 'The text, cut to 512 bytes.', example: 'card 42 declined' })
  body: string;
}

/** An alert as the API gives it. */
export class AlertAnswer {
  @ApiProperty({ example: '019ab3c4-d5e6-7f80-91a2-b3c4d5e6f708' })
  id: string;

  @ApiProperty({ description: 'The same for every alert of this rule and service.', example: '5f0c1d2e3a4b6978' })
  fingerprint: string;

  @ApiProperty({
    description: '`pending`: fewer than the threshold; `firing`: reached; `resolved`: over.',
    enum: ALERT_STATUSES,
    enumName: 'AlertStatus',
    example: 'firing',
  })
  status: AlertStatus;

  @ApiProperty({ example: 'checkout' })
  service: string;

  @ApiProperty({
    description: '`error`: errors or worse; `warn`: warnings.',
    enum: ['error', 'warn'] satisfies AlertRuleName[],
    enumName: 'AlertRule',
    example: 'error',
  })
  rule: AlertRuleName;

  @ApiProperty({ description: 'So many records within the window make it fire.', type: 'integer', example: 10 })
  threshold: number;

  @ApiProperty({ type: 'integer', example: 60 })
  windowSeconds: number;

  @ApiProperty({ description: 'The most records in one window so far.', type: 'integer', example: 42 })
  peak: number;

  @ApiProperty({ description: 'When its first record happened.', format: 'date-time', example: TIME })
  since: string;

  @ApiProperty({ description: 'When its last record happened.', format: 'date-time', example: TIME })
  lastSeen: string;

  @Time('When the threshold was reached; null: it was not.')
  startsAt: string | null;

  @Time('When it was over; null: it is not.')
  endsAt: string | null;

  @Time('When it was told that it fires; null: it was not.')
  firingSentAt: string | null;

  @Time('When it was told that it is over; null: it was not.')
  resolvedSentAt: string | null;

  @ApiProperty({ description: 'The last lines before it fired, oldest first.', type: [AlertLineAnswer] })
  lines: AlertLineAnswer[];
}

/** A page of alerts. */
export class AlertsAnswer {
  @ApiProperty({ type: [AlertAnswer] })
  alerts: AlertAnswer[];

  @ApiProperty({
    description: 'What to ask the next page with; null is the end.',
    type: String,
    nullable: true,
    example: null,
  })
  nextCursor: string | null;
}

export function alertAnswer(alert: AlertDocument): AlertAnswer {
  const { _id: id, fingerprint, status, service, rule, threshold, window, peak } = alert;
  return {
    ...{ id, fingerprint, status, service, rule, threshold, windowSeconds: window / SECOND_US, peak },
    since: formatTimestamp(alert.since),
    lastSeen: formatTimestamp(alert.lastSeen),
    startsAt: timeOrNull(alert.startsAt),
    endsAt: timeOrNull(alert.endsAt),
    firingSentAt: timeOrNull(alert.sentAt.firing),
    resolvedSentAt: timeOrNull(alert.sentAt.resolved),
    lines: alert.lines.map(lineAnswer),
  };
}

function lineAnswer({ at, severity, body }: AlertLine): AlertLineAnswer {
  return { timestamp: formatTimestamp(at), severity, body };
}

function timeOrNull(time: number | null | undefined): string | null {
  return time == null ? null : formatTimestamp(time);
}
