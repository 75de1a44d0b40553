import fc from 'fast-check';
import {
  cutoffScopes,
  earliestCutoff,
  longestCutoff,
  retentionCutoff,
  retentionDays,
  type RetentionPolicy,
} from './retention-policy';
import { parseRetentionRules, RetentionRules } from './retention-rules';
import { SEVERITIES } from './severity';
import { DAY_US, HOUR_US } from './timestamp';

const NOW = 30_000 * DAY_US + 1;
const policy: RetentionPolicy = { days: 10, rules: parseRetentionRules('severity=debug:2,service=audit:365') };

describe('retentionCutoff', () => {
  it('is as many days ago as the policy says', () => {
    expect(retentionCutoff({ days: 10 }, 'shop', 'info', NOW)).toBe(NOW - 10 * DAY_US);
    expect(retentionCutoff(policy, 'shop', 'info', NOW)).toBe(NOW - 10 * DAY_US);
    expect(retentionCutoff(policy, 'shop', 'debug', NOW)).toBe(NOW - 2 * DAY_US);
    expect(retentionCutoff(policy, 'audit', 'debug', NOW)).toBe(NOW - 365 * DAY_US);
  });

  it('never reaches the first hour of 1970', () => {
    expect(retentionCutoff({ days: 36_500 }, 'shop', 'info', 20_000 * DAY_US)).toBe(HOUR_US);
  });
});

describe('earliestCutoff', () => {
  it.each([
    ['all that there is', null, SEVERITIES, 365],
    ['a severity of all services', null, ['debug'] as const, 365],
    ['services that no rule names', ['shop', 'web'], SEVERITIES, 10],
    ['a severity with a rule', ['shop'], ['debug'] as const, 2],
    ['a service with a rule among others', ['shop', 'audit'], ['debug'] as const, 365],
  ])('is that of what is kept longest: %s', (_caption, services, severities, days) => {
    expect(earliestCutoff(policy, { services, severities }, NOW)).toBe(NOW - days * DAY_US);
  });
});

const SERVICES = ['a', 'b', 'c', 'd'];
const anyPolicy: fc.Arbitrary<RetentionPolicy> = fc.record({
  days: fc.integer({ min: 1, max: 5 }),
  rules: fc
    .uniqueArray(
      fc.record({
        service: fc.option(fc.constantFrom('a', 'b', 'c')),
        severity: fc.option(fc.constantFrom(...SEVERITIES)),
        days: fc.integer({ min: 1, max: 5 }),
      }),
      { selector: ({ service, severity }) => JSON.stringify([service, severity]) },
    )
    .map((rules) => new RetentionRules(rules.filter(({ service, severity }) => service !== null || severity !== null))),
});

describe('under any policy', () => {
  it('every service and severity is in exactly one scope, with its own cutoff', () => {
    fc.assert(
      fc.property(anyPolicy, (any) => {
        const scopes = cutoffScopes(any, NOW);
        for (const service of SERVICES) {
          for (const severity of SEVERITIES) {
            const holding = scopes.filter(
              ({ services, otherThan, severities }) =>
                (services === null ? !otherThan.includes(service) : services.includes(service)) &&
                severities.includes(severity),
            );
            expect(holding.map(({ cutoff }) => cutoff)).toEqual([retentionCutoff(any, service, severity, NOW)]);
          }
        }
      }),
    );
  });

  it('nothing is kept that is before the longest or the earliest cutoff', () => {
    fc.assert(
      fc.property(anyPolicy, fc.subarray([...SEVERITIES], { minLength: 1 }), (any, severities) => {
        const cutoffs = SERVICES.flatMap((service) => severities.map((one) => retentionCutoff(any, service, one, NOW)));
        expect(earliestCutoff(any, { services: null, severities }, NOW)).toBe(Math.min(...cutoffs));
        expect(earliestCutoff(any, { services: SERVICES, severities }, NOW)).toBe(Math.min(...cutoffs));
        expect(longestCutoff(any, NOW)).toBeLessThanOrEqual(Math.min(...cutoffs));
      }),
    );
  });

  it('a rule on both wins, and otherwise no rule that fits gives more days', () => {
    fc.assert(
      fc.property(anyPolicy, fc.constantFrom(...SERVICES), fc.constantFrom(...SEVERITIES), (any, service, severity) => {
        const fitting = (any.rules?.all ?? []).filter(
          (rule) => (rule.service ?? service) === service && (rule.severity ?? severity) === severity,
        );
        const exact = fitting.find((rule) => rule.service !== null && rule.severity !== null);
        const longest = fitting.length === 0 ? any.days : Math.max(...fitting.map(({ days }) => days));
        expect(retentionDays(any, service, severity)).toBe(exact?.days ?? longest);
      }),
    );
  });
});
