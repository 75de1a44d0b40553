import { hash } from 'node:crypto';
import type { AlertRuleName } from './alert-rule';

/** What an alert is told apart by. */
export interface AlertSeries {
  readonly rule: AlertRuleName;
  readonly service: string;
}

/** As Alertmanager's users know them. */
export interface AlertLabels {
  readonly alertname: string;
  readonly service: string;
  readonly severity: string;
}

const ALERT_NAMES: Readonly<Record<AlertRuleName, string>> = { error: 'ManyErrors', warn: 'ManyWarnings' };
const FINGERPRINT_LENGTH = 16;

export function labelsOf({ rule, service }: AlertSeries): AlertLabels {
  return { alertname: ALERT_NAMES[rule], service, severity: rule };
}

/** 16 hexadecimal digits, the same for the same labels, on every monitor and after every restart. */
export function fingerprintOf(series: AlertSeries): string {
  const { alertname, service, severity } = labelsOf(series);
  return hash('sha256', JSON.stringify([alertname, service, severity]), 'hex').slice(0, FINGERPRINT_LENGTH);
}
