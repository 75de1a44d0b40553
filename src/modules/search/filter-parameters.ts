import { InvalidParameters } from '../../http/invalid-parameters';
import { cleanService } from '../../log/limits';
import type { AttributeFilter, LogFilter } from '../../log/log-query';
import { parseSeverity, type Severity, SEVERITIES, severitiesFrom } from '../../log/severity';
import { parseTextQuery, type TextQuery, TextQueryError } from '../../log/text-query';

/** The filters of a query as they were given; lists arrive as lists. */
export interface GivenFilter {
  readonly service?: readonly string[] | undefined;
  readonly severity?: readonly string[] | undefined;
  readonly minSeverity?: string | undefined;
  readonly q?: string | undefined;
  readonly attribute?: readonly string[] | undefined;
}

/** What is asked for. Throws {@link InvalidParameters} for the first parameter that cannot be understood. */
export function readFilter(given: GivenFilter): LogFilter {
  return {
    services: given.service === undefined ? null : readServices(given.service),
    severities: readSeverities(given.severity, given.minSeverity),
    text: given.q === undefined ? null : readText(given.q),
    attributes: readAttributes(given.attribute ?? []),
  };
}

/** As records have them. Throws {@link InvalidParameters} for a name without a character. */
export function readServices(given: readonly string[]): string[] {
  return given.map(readService);
}

function readService(name: string): string {
  if (name.trim() === '')
    throw new InvalidParameters([{ parameter: 'service', given: name, allowed: 'the name of a service' }]);
  return cleanService(name);
}

const SEVERITY_ALLOWED = `${SEVERITIES.join(', ')}, or an alias such as warning, err or critical`;

function readSeverities(given: readonly string[] | undefined, floor: string | undefined): Severity[] {
  const named = given?.flatMap((list) => list.split(',')).map((word) => readSeverity('severity', word));
  const worse = floor === undefined ? SEVERITIES : severitiesFrom(readSeverity('minSeverity', floor));
  return worse.filter((severity) => named?.includes(severity) ?? true);
}

function readSeverity(parameter: string, word: string): Severity {
  const severity = parseSeverity(word);
  if (severity === null) throw new InvalidParameters([{ parameter, given: word, allowed: SEVERITY_ALLOWED }]);
  return severity;
}

function readText(q: string): TextQuery {
  try {
    return parseTextQuery(q);
  } catch (error) {
    if (!(error instanceof TextQueryError)) throw error;
    const allowed = `words, "a phrase", -word, -"a phrase" (${error.message})`;
    throw new InvalidParameters([{ parameter: 'q', given: q, allowed }]);
  }
}

const RESERVED = /[!~<>]/;
const ATTRIBUTE_ALLOWED = 'name=value, such as host.name=web-1; a name holds none of ! ~ < >, which are reserved';

/** Values of one name together, as they are alternatives. */
function readAttributes(given: readonly string[]): AttributeFilter[] {
  const byName = new Map<string, string[]>();
  for (const text of given) {
    const equals = text.indexOf('=');
    const name = text.slice(0, Math.max(0, equals));
    if (name === '' || RESERVED.test(name)) {
      throw new InvalidParameters([{ parameter: 'attribute', given: text, allowed: ATTRIBUTE_ALLOWED }]);
    }
    byName.set(name, [...(byName.get(name) ?? []), text.slice(equals + 1)]);
  }
  return Array.from(byName, ([name, values]) => ({ name, values }));
}
