import { cutToBytes } from './limits';
import { parseSeverity, type Severity } from './severity';

/** AMQP 0-9-1 allows a routing key 255 bytes; the service may take this many of them. */
const MAX_SERVICE_IN_KEY_BYTES = 200;

/** `<service>.<severity>`. A longer service is cut here: its full name travels in the header `service`. */
export function routingKeyOf(service: string, severity: Severity): string {
  return `${cutToBytes(service, MAX_SERVICE_IN_KEY_BYTES)}.${severity}`;
}

/** What a routing key says of its message: dots belong to the service, the last word is the severity if it is one. */
export function parseRoutingKey(routingKey: string): {
  service: string | null;
  severity: Severity | null;
  severityText: string;
} {
  const dot = routingKey.lastIndexOf('.');
  const lastWord = routingKey.slice(dot + 1);
  const severity = parseSeverity(lastWord);
  const service = dot < 0 ? (severity === null ? routingKey : '') : routingKey.slice(0, dot);
  return {
    service: service === '' ? null : service,
    severity,
    severityText: dot < 0 && severity === null ? '' : lastWord,
  };
}
