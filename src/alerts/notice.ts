import { formatTimestamp, SECOND_US } from '../log/timestamp';
import type { AlertDocument, NoticeStatus } from './alert-documents';
import { type AlertLabels, labelsOf } from './alert-labels';

/** What is told of an alert, ready to be written down. Made from the kept alert alone, so that every try tells the same. */
export interface Notice {
  readonly status: NoticeStatus;
  readonly fingerprint: string;
  readonly labels: AlertLabels;
  readonly summary: string;
  /** ISO 8601. */
  readonly startsAt: string;
  readonly endsAt: string | null;
  /** The search that shows the records. */
  readonly link: string;
  /** The last lines before it fired, oldest first: `<time> <severity> <body>`. */
  readonly lines: readonly string[];
}

/** @param publicUrl where people reach the search role. */
export function noticeOf(alert: AlertDocument, status: NoticeStatus, publicUrl: string): Notice {
  const startsAt = alert.startsAt ?? alert.since;
  const endsAt = status === 'resolved' ? alert.endsAt : null;
  return {
    status,
    fingerprint: alert.fingerprint,
    labels: labelsOf(alert),
    summary: summaryOf(alert, status),
    startsAt: formatTimestamp(startsAt),
    endsAt: endsAt === null ? null : formatTimestamp(endsAt),
    link: linkTo(alert, startsAt, endsAt, publicUrl),
    lines: alert.lines.map(({ at, severity, body }) => `${formatTimestamp(at)} ${severity} ${body}`),
  };
}

/** Nothing in it may change between two tries, so it speaks of the rule and not of how many there are by now. */
function summaryOf({ rule, service, threshold, window }: AlertDocument, status: NoticeStatus): string {
  const what = rule === 'error' ? 'errors' : 'warnings';
  const seconds = window / SECOND_US;
  return status === 'firing'
    ? `${threshold} or more ${what} of ${service} within ${seconds} s`
    : `no longer ${threshold} ${what} of ${service} within ${seconds} s`;
}

function linkTo(alert: AlertDocument, startsAt: number, endsAt: number | null, publicUrl: string): string {
  const query = new URLSearchParams({ service: alert.service });
  query.set(alert.rule === 'error' ? 'minSeverity' : 'severity', alert.rule);
  query.set('from', formatTimestamp(startsAt - alert.window));
  if (endsAt !== null) query.set('to', formatTimestamp(endsAt));
  return `${publicUrl.replace(/\/+$/, '')}/api/v1/logs?${query.toString()}`;
}
