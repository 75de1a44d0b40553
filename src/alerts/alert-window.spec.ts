import fc from 'fast-check';
import { loadConfig } from '../config/config';
import { SECOND_US } from '../log/timestamp';
import { type AlertRule, bucketOf, countedTime, GRACE, ruleNameOf, rulesOf } from './alert-rule';
import { type Bucket, findInBuckets } from './alert-window';

const rules = (env: Record<string, string> = {}): readonly AlertRule[] => rulesOf(loadConfig(env).alerts);
const RULE: AlertRule = { name: 'error', threshold: 10, window: 60 * SECOND_US, bucket: 1.2 * SECOND_US };
const second = (at: number, count: number): Bucket => ({ at: bucketOf(at * SECOND_US, RULE), count });

function bucketsOf(times: readonly number[], rule: AlertRule): Bucket[] {
  const counts = new Map<number, number>();
  for (const time of times) counts.set(bucketOf(time, rule), (counts.get(bucketOf(time, rule)) ?? 0) + 1);
  return Array.from(counts, ([at, count]) => ({ at, count }));
}

describe('the rules', () => {
  it('are ten errors within a minute, and none for warnings', () => {
    expect(rules()).toEqual([RULE]);
  });

  it('are those that are on', () => {
    const env = { ALERT_THRESHOLD: '0', ALERT_WARN_THRESHOLD: '3', ALERT_WINDOW: '2s' };
    expect(rules(env)).toEqual([{ name: 'warn', threshold: 3, window: 2 * SECOND_US, bucket: SECOND_US / 10 }]);
  });

  it.each(['1s', '2s', '4s', '7s', '59s', '60s', '13m', '1h'])('have a window of %s in whole buckets', (window) => {
    const [rule] = rules({ ALERT_WINDOW: window });
    expect(rule?.bucket).toBe(Math.round(rule?.bucket ?? NaN));
    expect((rule?.window ?? NaN) % (rule?.bucket ?? NaN)).toBe(0);
  });

  it.each([
    ['fatal', 'error'],
    ['error', 'error'],
    ['warn', 'warn'],
    ['info', null],
  ] as const)('%s is watched by %s', (severity, name) => {
    expect(ruleNameOf(severity)).toBe(name);
  });

  const now = 1_000 * SECOND_US;
  it.each([
    ['now', now, now],
    ['of the clock of a service that is fast', now + 3_600 * SECOND_US, now],
    ['that may have waited in the queue', now - RULE.window - GRACE, now - RULE.window - GRACE],
    ['of a backlog', now - RULE.window - GRACE - 1, null],
  ])('a record %s counts accordingly', (_caption, timestamp, counted) => {
    expect(countedTime(timestamp, now, RULE)).toBe(counted);
  });
});

describe('findInBuckets', () => {
  it.each([
    ['nothing', [], null],
    ['too few', [second(0, 9)], { reached: null, peak: 9 }],
    ['enough at once', [second(0, 10)], { reached: [0, 0], peak: 10 }],
    ['enough within a window', [second(0, 5), second(60, 5)], { reached: [60, 60], peak: 10 }],
    ['the same too far apart', [second(0, 5), second(62, 5)], { reached: null, peak: 5 }],
    ['two storms', [second(0, 10), second(30, 1), second(600, 12)], { reached: [0, 600], peak: 12 }],
    ['buckets in any order', [second(40, 5), second(12, 5)], { reached: [40, 40], peak: 10 }],
  ] as const)('finds %s', (_caption, buckets, expected) => {
    const found = findInBuckets(buckets, RULE, 0);
    const seconds = found?.reached && [found.reached.first, found.reached.last].map((at) => at / SECOND_US);
    const rounded = expected?.reached?.map((at) => bucketOf(at * SECOND_US, RULE) / SECOND_US) ?? null;
    expect(found && { reached: seconds, peak: found.peak }).toEqual(expected && { ...expected, reached: rounded });
  });

  it('judges only windows that end at the given time or later, with all that is in them', () => {
    const buckets = [second(0, 10), second(12, 1), second(24, 1)];
    expect(findInBuckets(buckets, RULE, second(12, 0).at)?.reached).toEqual({ first: 12e6, last: 24e6 });
    expect(findInBuckets([second(0, 10)], RULE, second(12, 0).at)).toEqual({ lastSeen: 0, reached: null, peak: 0 });
  });

  it('finds every window that holds the threshold, and none that is longer by more than a bucket', () => {
    const times = fc.array(fc.integer({ min: 0, max: 300 * SECOND_US }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 8 }), (given, threshold) => {
        const sorted = [...given].sort((a, b) => a - b);
        const isWithin = (span: number): boolean =>
          sorted.some((time, i) => (sorted[i + threshold - 1] ?? Infinity) - time <= span);
        const rule = { ...RULE, threshold };
        const found = findInBuckets(bucketsOf(given, rule), rule, 0)?.reached != null;
        if (isWithin(rule.window)) expect(found).toBe(true);
        if (found) expect(isWithin(rule.window + rule.bucket)).toBe(true);
      }),
    );
  });
});
