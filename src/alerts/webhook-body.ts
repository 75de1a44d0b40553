import type { Notice } from './notice';

/** How Alertmanager writes the end of what has not ended. */
const NOT_ENDED = '0001-01-01T00:00:00Z';

/**
 * A notice as the body of Alertmanager's webhook, version 4, so that whatever takes Alertmanager's notices takes ours
 * (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). One alert a body, each a group of its own.
 */
export function webhookBody(notice: Notice, publicUrl: string): object {
  const { status, fingerprint, labels, summary, startsAt, endsAt, link, lines } = notice;
  const annotations = { summary, lines: lines.join('\n') };
  return {
    version: '4',
    groupKey: `{}:{alertname=${JSON.stringify(labels.alertname)}, service=${JSON.stringify(labels.service)}}`,
    truncatedAlerts: 0,
    status,
    receiver: 'logwarren',
    groupLabels: { alertname: labels.alertname, service: labels.service },
    commonLabels: labels,
    commonAnnotations: annotations,
    externalURL: publicUrl,
    alerts: [{ status, labels, annotations, startsAt, endsAt: endsAt ?? NOT_ENDED, generatorURL: link, fingerprint }],
  };
}
