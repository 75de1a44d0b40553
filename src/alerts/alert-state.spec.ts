import fc from 'fast-check';
import { SECOND_US } from '../log/timestamp';
import { type AlertRule, bucketOf } from './alert-rule';
import { afterCalm, afterFinding, type AlertStep, type OpenAlert } from './alert-state';
import { type Bucket, findInBuckets } from './alert-window';

const RULE: AlertRule = { name: 'error', threshold: 10, window: 60 * SECOND_US, bucket: SECOND_US };
const s = (seconds: number): number => seconds * SECOND_US;
const pending = (given: Partial<OpenAlert> = {}): OpenAlert => ({
  status: 'pending',
  lastSeen: 0,
  peak: 1,
  heldUntil: s(61),
  ...given,
});
const firing = (given: Partial<OpenAlert> = {}): OpenAlert => ({
  ...pending({ peak: 10, ...given }),
  status: 'firing',
});

describe('the step after a finding', () => {
  const few = { lastSeen: s(5), reached: null, peak: 2 };
  const many = { lastSeen: s(9), reached: { first: s(5), last: s(8) }, peak: 12 };
  it.each([
    ['ok, few', null, few, { to: 'pending', lastSeen: s(5), heldUntil: s(66), peak: 2 }],
    ['ok, many: pending comes first', null, many, { to: 'pending', lastSeen: s(9), heldUntil: s(70), peak: 12 }],
    ['pending, few more', pending(), few, { to: 'same', lastSeen: s(5), heldUntil: s(66), peak: 2 }],
    ['pending, nothing new', pending({ lastSeen: s(5), heldUntil: s(66), peak: 2 }), few, null],
    ['pending, many', pending(), many, { to: 'firing', startsAt: s(5), lastSeen: s(9), heldUntil: s(69), peak: 12 }],
    ['firing, many: it goes on', firing(), many, { to: 'same', lastSeen: s(9), heldUntil: s(69), peak: 12 }],
    ['firing, few: they do not hold it', firing(), few, { to: 'same', lastSeen: s(5), heldUntil: s(61), peak: 10 }],
    ['firing, what is known', firing({ lastSeen: s(9), heldUntil: s(69), peak: 12 }), many, null],
  ])('%s', (_caption, alert, finding, step) => {
    expect(afterFinding(alert, finding, RULE)).toEqual(step);
  });
});

describe('the step after a calm', () => {
  it.each([
    ['firing, not yet', firing(), { now: s(62), since: s(-100) }, null],
    ['firing, over', firing(), { now: s(63), since: s(-100) }, { to: 'resolved', endsAt: s(61) }],
    ['pending, over', pending(), { now: s(63), since: s(-100) }, { to: 'ok' }],
    ['firing, long over, but this monitor has just started', firing(), { now: s(1_000), since: s(990) }, null],
    ['firing, watched for a window', firing(), { now: s(1_052), since: s(990) }, { to: 'resolved', endsAt: s(61) }],
  ])('%s', (_caption, alert, watch, step) => {
    expect(afterCalm(alert, RULE, watch)).toEqual(step);
  });
});

/** A life of one series under one monitor that judges once a second. */
function live(seconds: readonly number[]): { steps: AlertStep['to'][]; told: { to: AlertStep['to']; at: number }[] } {
  let alert: OpenAlert | null = null;
  let after = -1;
  const buckets: Bucket[] = [];
  const told: { to: AlertStep['to']; at: number }[] = [];
  const apply = (step: AlertStep, at: number): void => {
    told.push({ to: step.to, at });
    if (step.to === 'resolved' && alert !== null) after = alert.heldUntil - RULE.window - RULE.bucket;
    if (step.to === 'ok' || step.to === 'resolved') alert = null;
    else alert = { ...step, status: step.to === 'same' ? (alert?.status ?? 'pending') : step.to };
  };
  seconds.forEach((count, second) => {
    const now = s(second + 1);
    if (count > 0) buckets.push({ at: bucketOf(s(second), RULE), count });
    const counted = buckets.filter(({ at }) => at > after);
    const finding = count > 0 ? findInBuckets(counted, RULE, s(second)) : null;
    for (let step = finding && afterFinding(alert, finding, RULE); step;) {
      apply(step, second);
      step = finding && afterFinding(alert, finding, RULE);
    }
    const calm = alert && afterCalm(alert, RULE, { now, since: s(-1_000) });
    if (calm) apply(calm, second);
  });
  return { steps: told.map(({ to }) => to), told: told.filter(({ to }) => to === 'firing' || to === 'resolved') };
}

const quiet = (seconds: number): number[] => new Array<number>(seconds).fill(0);

describe('the life of an alert', () => {
  it('fires once in a storm and resolves once after it', () => {
    const { told } = live([...quiet(5), ...new Array<number>(30).fill(100), ...quiet(200)]);
    expect(told).toEqual([
      { to: 'firing', at: 5 },
      { to: 'resolved', at: 34 + 61 + 2 - 1 },
    ]);
  });

  it('is told of nobody below the threshold', () => {
    expect(live([3, ...quiet(10), 6, ...quiet(120)]).steps).toEqual(['pending', 'same', 'ok']);
  });

  it('does not ring on and off at a rate near the threshold', () => {
    const everySixAndAHalf = Array.from({ length: 1_200 }, (_, i) => (i % 13 === 0 || i % 13 === 6 ? 1 : 0));
    expect(live(everySixAndAHalf).told.length).toBeLessThanOrEqual(1);
  });

  it('begins anew after it was resolved', () => {
    const storm = [10, ...quiet(99)];
    expect(live([...storm, ...storm]).told.map(({ to }) => to)).toEqual(['firing', 'resolved', 'firing', 'resolved']);
  });

  it('always tells firing and resolved in turn, and ends quiet', () => {
    const rate = fc.oneof(fc.constant(0), fc.constant(0), fc.integer({ min: 0, max: 12 }));
    fc.assert(
      fc.property(fc.array(rate, { maxLength: 400 }), (seconds) => {
        const { told, steps } = live([...seconds, ...quiet(130)]);
        expect(told.map(({ to }) => to)).toEqual(told.map((_, i) => (i % 2 === 0 ? 'firing' : 'resolved')));
        expect(told.length % 2).toBe(0);
        const isReached = seconds.some(
          (_, i) => seconds.slice(i, i + 60).reduce((sum, count) => sum + count, 0) >= RULE.threshold,
        );
        if (isReached) expect(told.length).toBeGreaterThan(0);
        expect(['ok', 'resolved', undefined]).toContain(steps.at(-1));
      }),
      { numRuns: 300 },
    );
  });
});
