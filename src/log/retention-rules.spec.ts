import fc from 'fast-check';
import { cleanService } from './limits';
import { NO_RULES, parseRetentionRules, type RetentionRule, RetentionRules } from './retention-rules';
import { type Severity, SEVERITIES } from './severity';

const rule = (service: string | null, severity: Severity | null, days: number): RetentionRule => ({
  service,
  severity,
  days,
});

describe('parseRetentionRules', () => {
  it.each<[string, RetentionRule[]]>([
    ['', []],
    [' , ,', []],
    ['severity=debug:2', [rule(null, 'debug', 2)]],
    ['severity=debug:2,service=audit:365', [rule(null, 'debug', 2), rule('audit', null, 365)]],
    ['service=shop&severity=debug:1', [rule('shop', 'debug', 1)]],
    ['severity=debug&service=shop:1', [rule('shop', 'debug', 1)]],
    [' severity = WARNING : 36500 , service = a b :1 ', [rule(null, 'warn', 36_500), rule('a b', null, 1)]],
    ['service=host:8080:3', [rule('host:8080', null, 3)]],
    ['service=a%2Cb%26c%25:3', [rule('a,b&c%', null, 3)]],
    ['service=k=v:3', [rule('k=v', null, 3)]],
    ['service=größe:3', [rule('größe', null, 3)]],
    [`service=${'x'.repeat(2_000)}:3`, [rule(cleanService('x'.repeat(2_000)), null, 3)]], // as records carry it
    [
      'service=shop:1,severity=info:2,service=shop&severity=info:3',
      [rule('shop', null, 1), rule(null, 'info', 2), rule('shop', 'info', 3)],
    ],
  ])('reads %s', (text, expected) => {
    expect(parseRetentionRules(text).all).toEqual(expected);
  });

  it.each([
    ['debug:2', /"debug:2" must name service=/],
    ['severity=debug', /"severity=debug" must end in a colon and days/],
    ['severity=debug:0', /from 1 to 36500/],
    ['severity=debug:36501', /from 1 to 36500/],
    ['severity=debug:1.5', /whole number/],
    ['severity=debug:-1', /whole number/],
    ['severity=loud:2', /one severity of trace, debug/],
    ['severity=debug&severity=info:2', /one severity/],
    ['service=a&service=b:2', /one service/],
    ['service=:2', /one service/],
    ['service=%:2', /%XX/],
    ['severity=debug&:2', /joined by &/],
    ['host=a:2', /must name service=/],
    ['severity=debug:2,severity=dbg:3', /"severity=dbg:3" is a second rule for severity=debug/],
    ['severity=debug&service=a:2,service=a&severity=debug:2', /second rule for service=a&severity=debug/],
  ])('refuses %s', (text, message) => {
    expect(() => parseRetentionRules(text)).toThrow(message);
  });

  it('tells everything that is wrong at once', () => {
    expect(() => parseRetentionRules('severity=loud:2,service=ok:1,nothing')).toThrow(/"severity=loud:2".*"nothing"/);
  });

  it('reads what it writes', () => {
    const service = fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' }).map((name) => name.trim() || 'x');
    const anyRule = fc
      .tuple(fc.option(service), fc.option(fc.constantFrom(...SEVERITIES)), fc.integer({ min: 1, max: 36_500 }))
      .filter(([name, severity]) => name !== null || severity !== null);
    fc.assert(
      fc.property(
        fc.uniqueArray(anyRule, { selector: ([name, severity]) => JSON.stringify([name, severity]) }),
        (all) => {
          const rules = new RetentionRules(all.map(([name, severity, days]) => rule(name, severity, days)));
          expect(parseRetentionRules(String(rules)).all).toEqual(rules.all);
        },
      ),
    );
  });
});

describe('daysFor', () => {
  const rules = parseRetentionRules(
    'severity=debug:2,severity=error:30,service=audit:365,service=chatty:1,service=chatty&severity=error:5,' +
      'service=only&severity=warn:7',
  );

  it.each<[string, Severity, number | null, string]>([
    ['shop', 'debug', 2, 'a rule on the severity'],
    ['shop', 'info', null, 'no rule'],
    ['audit', 'info', 365, 'a rule on the service'],
    ['audit', 'debug', 365, 'the longer: service'],
    ['chatty', 'debug', 2, 'the longer: severity'],
    ['chatty', 'error', 5, 'a rule on both, though others are longer or shorter'],
    ['only', 'warn', 7, 'a rule on both'],
    ['only', 'info', null, 'a rule on both says nothing of other severities'],
    ['Audit', 'info', null, 'services are told apart by case'],
    ['constructor', 'info', null, 'a name that objects have'],
  ])('%s %s: %p (%s)', (service, severity, days) => {
    expect(rules.daysFor(service, severity)).toBe(days);
  });

  it('says nothing without rules', () => {
    expect(NO_RULES.daysFor('shop', 'info')).toBeNull();
  });
});
