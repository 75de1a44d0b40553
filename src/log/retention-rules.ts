import { cleanService } from './limits';
import { parseSeverity, type Severity, SEVERITIES } from './severity';

/** How long records of one service, one severity, or one severity of one service are kept. */
export interface RetentionRule {
  /** As records carry it; null: any. */
  readonly service: string | null;
  /** Null: any. Never both null. */
  readonly severity: Severity | null;
  /** 1 to {@link MAX_RETENTION_DAYS}. */
  readonly days: number;
}

export const MAX_RETENTION_DAYS = 36_500;

/**
 * Rules about single services and severities. A rule that names both wins over one that names either. Where one rule names
 * the service and another one the severity, the longer of the two wins: nothing goes that some rule says is kept.
 */
export class RetentionRules {
  private readonly ofBoth = new Map<string, Map<Severity, number>>();
  private readonly ofService = new Map<string, number>();
  private readonly ofSeverity = new Map<Severity, number>();

  /** The most days that a rule gives; 0 when there is none. */
  readonly longest: number;

  /** @param all no two with the same service and severity */
  constructor(readonly all: readonly RetentionRule[]) {
    this.longest = Math.max(0, ...all.map(({ days }) => days));
    for (const { service, severity, days } of all) {
      if (service !== null && severity !== null) {
        this.ofBoth.set(service, (this.ofBoth.get(service) ?? new Map<Severity, number>()).set(severity, days));
      } else if (service !== null) this.ofService.set(service, days);
      else if (severity !== null) this.ofSeverity.set(severity, days);
    }
  }

  /** The services that rules name, each once. */
  get services(): string[] {
    return [...new Set([...this.ofBoth.keys(), ...this.ofService.keys()])];
  }

  /** Days that records of this service and severity are kept; null when no rule says. */
  daysFor(service: string, severity: Severity): number | null {
    if (this.all.length === 0) return null; // asked for every record
    const ofBoth = this.ofBoth.get(service)?.get(severity);
    if (ofBoth !== undefined) return ofBoth;
    const ofService = this.ofService.get(service) ?? null;
    const ofSeverity = this.ofSeverity.get(severity) ?? null;
    return ofService === null || ofSeverity === null ? (ofService ?? ofSeverity) : Math.max(ofService, ofSeverity);
  }

  /** In the form that {@link parseRetentionRules} reads. */
  toString(): string {
    return this.all.map(({ service, severity, days }) => `${conditionsText(service, severity)}:${days}`).join(',');
  }
}

export const NO_RULES = new RetentionRules([]);

/** In these a service must be escaped, because they have a meaning in rules. */
const SPECIAL = /[%,&\s]/g;

function conditionsText(service: string | null, severity: Severity | null): string {
  const escaped = service?.replace(SPECIAL, (character) => encodeURIComponent(character));
  const conditions = [
    escaped === undefined ? [] : `service=${escaped}`,
    severity === null ? [] : `severity=${severity}`,
  ];
  return conditions.flat().join('&');
}

/**
 * Reads `severity=debug:2,service=audit:365,service=shop&severity=info:30`. Commas part rules; a rule is one condition, or
 * one on the service and one on the severity joined by `&`, then a colon and whole days. Severities may be aliases. In the
 * name of a service `%XX` stands for a byte of UTF-8, as in a URL: `%2C` a comma, `%26` an ampersand, `%25` a percent sign.
 * Throws Error that tells everything that is wrong.
 */
export function parseRetentionRules(text: string): RetentionRules {
  const rules: RetentionRule[] = [];
  const problems: string[] = [];
  const known = new Set<string>();
  const given = text.split(',').map((item) => item.trim());
  for (const item of given.filter((one) => one !== '')) {
    const rule = parseRule(item);
    const scope = typeof rule === 'string' ? null : conditionsText(rule.service, rule.severity);
    if (typeof rule === 'string') problems.push(`${JSON.stringify(item)} ${rule}`);
    else if (scope !== null && known.has(scope)) problems.push(`${JSON.stringify(item)} is a second rule for ${scope}`);
    else rules.push(Object.freeze(rule));
    if (scope !== null) known.add(scope);
  }
  if (problems.length > 0) {
    throw new Error(`must be rules such as severity=debug:2,service=shop&severity=info:30; ${problems.join('; ')}`);
  }
  return new RetentionRules(Object.freeze(rules));
}

/** The rule, or what is wrong with it. */
function parseRule(text: string): RetentionRule | string {
  const [, conditions = '', daysText = ''] = /^(.*):\s*(\d+)$/s.exec(text) ?? [];
  const days = Number(daysText);
  if (daysText === '' || days < 1 || days > MAX_RETENTION_DAYS) {
    return `must end in a colon and days, a whole number from 1 to ${MAX_RETENTION_DAYS}`;
  }
  let service: string | null = null;
  let severity: Severity | null = null;
  for (const condition of conditions.split('&')) {
    const [, name, value = ''] = /^\s*(service|severity)\s*=(.*)$/s.exec(condition) ?? [];
    if (name === undefined) return 'must name service=..., severity=..., or both joined by &';
    if (name === 'service') {
      const read = readService(value);
      if (service !== null || read === null) return 'must name one service, with %XX for special characters';
      service = read;
    } else {
      const read = parseSeverity(value);
      if (severity !== null || read === null) return `must name one severity of ${SEVERITIES.join(', ')}`;
      severity = read;
    }
  }
  return { service, severity, days };
}

/** Null when the text is no name. */
function readService(text: string): string | null {
  try {
    const name = decodeURIComponent(text.trim());
    return name.trim() === '' ? null : cleanService(name);
  } catch {
    return null; // not silent: the caller says what is wrong with the rule
  }
}
