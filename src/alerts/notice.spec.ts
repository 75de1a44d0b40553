import { SECOND_US } from '../log/timestamp';
import type { AlertDocument } from './alert-documents';
import { fingerprintOf } from './alert-labels';
import { noticeOf } from './notice';
import { webhookBody } from './webhook-body';

const T = Date.UTC(2026, 10, 23, 10) * 1_000;
const URL_GIVEN = 'https://logs.example.org/warren/';

const anAlert = (given: Partial<AlertDocument> = {}): AlertDocument => ({
  _id: '019ab3c4-d5e6-7f80-91a2-b3c4d5e6f708',
  fingerprint: fingerprintOf({ rule: 'error', service: 'check out' }),
  rule: 'error',
  service: 'check out',
  status: 'firing',
  since: T - SECOND_US,
  after: 0,
  lastSeen: T,
  heldUntil: T + 61 * SECOND_US,
  peak: 12,
  threshold: 10,
  window: 60 * SECOND_US,
  startsAt: T,
  endsAt: null,
  lines: [
    { at: T - 1_000, severity: 'error', body: 'card declined' },
    { at: T, severity: 'fatal', body: 'gone' },
  ],
  outbox: ['firing'],
  attempts: 0,
  sentAt: {},
  ...given,
});

it('tells that an alert fires as Alertmanager does', () => {
  const link =
    'https://logs.example.org/warren/api/v1/logs?service=check+out&minSeverity=error&from=2026-11-23T09%3A59%3A00.000000Z';
  const labels = { alertname: 'ManyErrors', service: 'check out', severity: 'error' };
  const annotations = {
    summary: '10 or more errors of check out within 60 s',
    lines: '2026-11-23T09:59:59.999000Z error card declined\n2026-11-23T10:00:00.000000Z fatal gone',
  };
  expect(webhookBody(noticeOf(anAlert(), 'firing', URL_GIVEN), URL_GIVEN)).toEqual({
    version: '4',
    groupKey: '{}:{alertname="ManyErrors", service="check out"}',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'logwarren',
    groupLabels: { alertname: 'ManyErrors', service: 'check out' },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: URL_GIVEN,
    alerts: [
      {
        status: 'firing',
        labels,
        annotations,
        startsAt: '2026-11-23T10:00:00.000000Z',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: link,
        fingerprint: fingerprintOf({ rule: 'error', service: 'check out' }),
      },
    ],
  });
});

it('tells of the end with both times, and links to what lies between', () => {
  const notice = noticeOf(
    anAlert({ rule: 'warn', status: 'resolved', endsAt: T + 90 * SECOND_US }),
    'resolved',
    'http://x',
  );
  expect(notice).toMatchObject({
    status: 'resolved',
    summary: 'no longer 10 warnings of check out within 60 s',
    startsAt: '2026-11-23T10:00:00.000000Z',
    endsAt: '2026-11-23T10:01:30.000000Z',
  });
  expect(new URL(notice.link).searchParams.get('to')).toBe('2026-11-23T10:01:30.000000Z');
  expect(new URL(notice.link).searchParams.get('severity')).toBe('warn');
});

it('tells the same of an alert that goes on meanwhile', () => {
  const later = anAlert({
    peak: 9_999,
    lastSeen: T + 500 * SECOND_US,
    status: 'resolved',
    endsAt: T + 900 * SECOND_US,
  });
  expect(noticeOf(later, 'firing', URL_GIVEN)).toEqual(noticeOf(anAlert(), 'firing', URL_GIVEN));
});

it('has one fingerprint for a rule and service, and another for every other', () => {
  const all = (['error', 'warn'] as const).flatMap((rule) =>
    ['a', 'b', 'a"', 'A'].map((service) => fingerprintOf({ rule, service })),
  );
  expect(new Set(all).size).toBe(8);
  expect(all.every((one) => /^[0-9a-f]{16}$/.test(one))).toBe(true);
});
