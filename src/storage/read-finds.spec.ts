import { EVERYTHING } from '../log/log-query';
import { SEVERITIES } from '../log/severity';
import { HOUR_US } from '../log/timestamp';
import { boundsOf, findsFor, MAX_PAIRS } from './read-finds';

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `s${i}`);

describe('findsFor', () => {
  it('everything goes by time alone', () => {
    expect(findsFor(EVERYTHING)).toEqual([{ equal: { span: 'hour' }, hint: { span: 1, to: -1 } }]);
  });

  it('some severities go by severity and time', () => {
    expect(findsFor({ ...EVERYTHING, severities: ['error', 'fatal'] })).toEqual([
      { equal: { span: 'hour', severity: { $in: ['error', 'fatal'] } }, hint: { span: 1, severity: 1, to: -1 } },
    ]);
  });

  it('services go by service, severity and time, all severities named', () => {
    expect(findsFor({ ...EVERYTHING, services: ['a', 'b', 'a'] })).toEqual([
      {
        equal: { span: 'hour', service: { $in: ['a', 'b'] }, severity: { $in: SEVERITIES } },
        hint: { span: 1, service: 1, severity: 1, to: -1 },
      },
    ]);
  });

  it('asks nothing when nothing can match', () => {
    expect(findsFor({ ...EVERYTHING, severities: [] })).toEqual([]);
    expect(findsFor({ ...EVERYTHING, services: [] })).toEqual([]);
  });

  it.each([
    [33, SEVERITIES.length],
    [34, SEVERITIES.length],
    [200, 1],
    [201, 1],
    [1_000, 2],
  ])('%d services of %d severities: each once, never more than 200 pairs a find', (services, severities) => {
    const finds = findsFor({ ...EVERYTHING, services: names(services), severities: SEVERITIES.slice(0, severities) });
    const groups = finds.map(({ equal }) => equal.service?.$in ?? []);
    expect(groups.flat()).toEqual(names(services));
    expect(finds).toHaveLength(Math.ceil(services / Math.floor(MAX_PAIRS / severities)));
    for (const group of groups) expect(group.length * severities).toBeLessThanOrEqual(MAX_PAIRS);
  });
});

describe('boundsOf', () => {
  const find = { equal: { span: 'hour' as const }, hint: {} };

  it.each([
    ['no end', 5, Infinity, { to: { $gte: 5 } }],
    ['no beginning', -Infinity, 1, { to: { $lt: HOUR_US }, from: { $lt: 1 } }],
    ['an end within an hour', 5, HOUR_US + 1, { to: { $gte: 5, $lt: 2 * HOUR_US }, from: { $lt: HOUR_US + 1 } }],
    ['an end on the hour', 5, HOUR_US, { to: { $gte: 5, $lt: HOUR_US }, from: { $lt: HOUR_US } }],
    ['before 1970', -HOUR_US, -5, { to: { $gte: -HOUR_US, $lt: 0 }, from: { $lt: -5 } }],
  ])('%s', (_caption, from, to, expected) => expect(boundsOf(find, from, to)).toEqual({ span: 'hour', ...expected }));
});
