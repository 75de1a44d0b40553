import type { IncomingHttpHeaders } from 'node:http';
import { InvalidParameters } from '../../../http/invalid-parameters';
import { type Attributes, emptyAttributes, NO_ATTRIBUTES } from '../../../log/log-record';
import { parseSeverity, SEVERITIES, type Severity } from '../../../log/severity';
import { decodeText } from '../../../log/text-encoding';
import type { RecordDefaults } from '../record-reader';
import type { IngestQuery } from './ingest-query';

/**
 * What a request says of records that do not say it themselves: by query, by the headers `X-Service` and `X-Severity`, or
 * by those that syslog-ng's `http()` sends of itself (`X-Syslog-Program`, `-Level`, `-Host`, `-Facility`).
 * Throws {@link InvalidParameters} for a severity that is none.
 */
export function requestDefaults(
  query: IngestQuery,
  headers: IncomingHttpHeaders,
  service: string | null,
): RecordDefaults {
  return {
    service: firstText([query.service, header(headers, 'x-service'), header(headers, 'x-syslog-program'), service]),
    severity:
      severityOf('severity', query.severity) ??
      severityOf('X-Severity', header(headers, 'x-severity')) ??
      severityOf('X-Syslog-Level', header(headers, 'x-syslog-level')),
    attributes: syslogAttributes(headers),
  };
}

function firstText(candidates: readonly (string | null | undefined)[]): string | null {
  return candidates.find((candidate) => candidate != null && candidate.trim() !== '') ?? null;
}

/** Node reads headers as Latin-1, clients write UTF-8. */
function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? decodeText(Buffer.from(value, 'latin1')).text : undefined;
}

function severityOf(parameter: string, given: string | undefined): Severity | null {
  if (given === undefined || given === '') return null;
  const severity = parseSeverity(given);
  if (severity !== null) return severity;
  throw new InvalidParameters([{ parameter, given, allowed: `${SEVERITIES.join(', ')}, or an alias such as warning` }]);
}

function syslogAttributes(headers: IncomingHttpHeaders): Attributes {
  const host = header(headers, 'x-syslog-host');
  const facility = header(headers, 'x-syslog-facility');
  if (host === undefined && facility === undefined) return NO_ATTRIBUTES;
  const attributes = emptyAttributes();
  if (host !== undefined) attributes['host.name'] = host;
  if (facility !== undefined) attributes['syslog.facility'] = facility;
  return attributes;
}
