import { type AttributeValue, emptyAttributes, type LogRecord } from '../../../log/log-record';
import type { Severity } from '../../../log/severity';
import type { SeededRandom } from './seeded-random';

/** A record whose time is not set yet. */
export type DemoRecord = Omit<LogRecord, 'timestamp'>;

/** What happens in the shop at one moment: the records of one request, or of one background job, in order. */
export type Scene = (random: SeededRandom) => DemoRecord[];

export function say(
  service: string,
  severity: Severity,
  body: string,
  attributes: Readonly<Record<string, AttributeValue>> = {},
): DemoRecord {
  return { service, severity, body, attributes: Object.assign(emptyAttributes(), attributes) };
}

/** Addresses that belong to nobody (RFC 5737). */
export function someAddress(random: SeededRandom): string {
  return `${random.pick(['198.51.100', '203.0.113', '192.0.2'])}.${random.whole(1, 254)}`;
}

/** The line of the gateway that ends every request. */
export function answered(
  random: SeededRandom,
  request: string,
  status: number,
  milliseconds: number,
  trace: string,
): DemoRecord {
  const severity = status >= 500 ? 'error' : status >= 400 ? 'warn' : 'info';
  const body = `${someAddress(random)} "${request} HTTP/1.1" ${status} ${random.whole(180, 42_000)} ${milliseconds}ms`;
  return say('gateway', severity, body, {
    trace_id: trace,
    'http.response.status_code': status,
    duration_ms: milliseconds,
    'host.name': `edge-${random.whole(1, 3)}`,
  });
}
