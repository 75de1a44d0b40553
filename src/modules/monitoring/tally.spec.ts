import { fingerprintOf } from '../../alerts/alert-labels';
import { rulesOf } from '../../alerts/alert-rule';
import { loadConfig } from '../../config/config';
import { Tally } from './tally';
import type { Watched } from './watched-message';

const NOW = 1_795_428_000_000_000;
const S = 1_000_000;
const rules = rulesOf(loadConfig({ ALERT_WARN_THRESHOLD: '5' }).alerts);
const seen = (given: Partial<Watched> = {}): Watched => {
  const times = given.times ?? [NOW];
  return { service: 'shop', severity: 'error', times, last: [], ...given };
};

it('adds up records by service, rule and bucket, and begins anew', () => {
  const tally = new Tally(rules);
  tally.add(seen({ times: [NOW, NOW - 30 * S, NOW + 5] }), NOW + 10);
  tally.add(seen({ severity: 'fatal' }), NOW);
  tally.add(seen({ severity: 'warn' }), NOW);
  tally.add(seen({ severity: 'info' }), NOW);
  const { series, uncounted } = tally.take(NOW);
  expect(series.map(({ rule, service, buckets }) => ({ rule, service, buckets }))).toEqual([
    {
      rule: 'error',
      service: 'shop',
      buckets: [
        { at: NOW - 30 * S, count: 1 },
        { at: NOW, count: 3 },
      ],
    },
    { rule: 'warn', service: 'shop', buckets: [{ at: NOW, count: 1 }] },
  ]);
  expect(series[0]?.fingerprint).toBe(fingerprintOf({ rule: 'error', service: 'shop' }));
  expect(uncounted.size).toBe(0);
  expect(tally.take(NOW).series).toEqual([]);
});

it('counts no warnings while their rule is off', () => {
  const tally = new Tally(rulesOf(loadConfig({}).alerts));
  tally.add(seen({ severity: 'warn' }), NOW);
  expect(tally.take(NOW).series).toEqual([]);
});

it('keeps the last lines, short', () => {
  const tally = new Tally(rules);
  for (let i = 0; i < 4; i++) {
    tally.add(seen({ last: ['a', 'b'].map((name) => ({ timestamp: NOW + i, body: `${name}${i}` })) }), NOW);
  }
  tally.add(seen({ last: [{ timestamp: NOW, body: 'é'.repeat(1_000) }] }), NOW);
  const lines = tally.take(NOW).series[0]?.lines ?? [];
  expect(lines.slice(0, 4).map(({ body }) => body)).toEqual(['a2', 'b2', 'a3', 'b3']);
  expect(Buffer.byteLength(lines[4]?.body ?? '')).toBe(512);
});

it('tells what is too late to count', () => {
  const tally = new Tally(rules);
  tally.add(seen({ times: [NOW - 121 * S, NOW - 119 * S] }), NOW);
  expect(tally.take(NOW).uncounted).toEqual(new Map([['late', 1]]));
  expect(tally.take(NOW).uncounted.size).toBe(0);
});

it('counts so many services within a window, and others when those have fallen silent', () => {
  const tally = new Tally(rules, { series: 2, buckets: 100 });
  const add = (service: string, now: number): void => tally.add(seen({ service, times: [now, now] }), now);
  for (const service of ['a', 'b', 'c', 'a']) add(service, NOW);
  const first = tally.take(NOW);
  expect(first.series.map(({ service }) => service)).toEqual(['a', 'b']);
  expect(first.uncounted).toEqual(new Map([['too_many_services', 2]]));
  add('c', NOW + S);
  expect(tally.take(NOW + 61 * S).series).toEqual([]);
  add('c', NOW + 62 * S);
  expect(tally.take(NOW + 62 * S).series.map(({ service }) => service)).toEqual(['c']);
});

it('holds so many buckets, and goes on counting in those it has', () => {
  const tally = new Tally(rules, { series: 10, buckets: 2 });
  tally.add(seen({ times: [NOW, NOW - 10 * S, NOW - 20 * S, NOW, NOW] }), NOW);
  const { series, uncounted } = tally.take(NOW);
  expect(series[0]?.buckets.map(({ count }) => count)).toEqual([1, 3]);
  expect(uncounted).toEqual(new Map([['too_many_buckets', 1]]));
});
