import fc from 'fast-check';
import { compareGroups, type ExpiredGroup, ExpiredTally, NOTHING_EXPIRED } from './expired-group';
import { SEVERITIES } from './severity';

const anyChunk = fc.record({
  service: fc.constantFrom('a', 'b', '__proto__', 'info a'),
  severity: fc.constantFrom(...SEVERITIES),
  count: fc.integer({ min: 1, max: 9 }),
  bytes: fc.integer({ min: 1, max: 999 }),
  from: fc.integer({ min: 0, max: 99 }),
  to: fc.integer({ min: 100, max: 200 }),
});

describe('ExpiredTally', () => {
  it('is nothing at first', () => {
    const tally = new ExpiredTally();
    tally.add([]);
    expect([tally.total, tally.groups()]).toEqual([NOTHING_EXPIRED, []]);
  });

  it('adds up by service and severity, most records first, however the chunks come', () => {
    const tally = new ExpiredTally();
    const chunk = (service: string, severity: 'info' | 'error', count: number, from: number, to: number) => ({
      ...{ service, severity, count, from, to },
      bytes: count * 10,
    });
    tally.add([chunk('shop', 'info', 1, 5, 7), chunk('web', 'info', 3, 1, 2)]);
    tally.add([chunk('shop', 'info', 2, 6, 9), chunk('shop', 'error', 4, 3, 3)]);
    expect(tally.groups()).toEqual([
      { service: 'shop', severity: 'error', chunks: 1, records: 4, bytes: 40, from: 3, to: 3 },
      { service: 'shop', severity: 'info', chunks: 2, records: 3, bytes: 30, from: 5, to: 9 },
      { service: 'web', severity: 'info', chunks: 1, records: 3, bytes: 30, from: 1, to: 2 },
    ]);
    expect(tally.total).toEqual({ chunks: 4, records: 10, bytes: 100, from: 1, to: 9 });
  });

  it('its groups make up its total', () => {
    fc.assert(
      fc.property(fc.array(anyChunk, { minLength: 1 }), (chunks) => {
        const tally = new ExpiredTally();
        tally.add(chunks);
        const groups = tally.groups();
        const sum = (field: 'chunks' | 'records' | 'bytes') => groups.reduce((all, group) => all + group[field], 0);
        expect(tally.total).toEqual({
          chunks: chunks.length,
          records: sum('records'),
          bytes: sum('bytes'),
          from: Math.min(...groups.map(({ from }) => from)),
          to: Math.max(...groups.map(({ to }) => to)),
        });
        expect(sum('chunks')).toBe(chunks.length);
        expect(sum('records')).toBe(chunks.reduce((all, { count }) => all + count, 0));
        expect(new Set(groups.map(({ service, severity }) => JSON.stringify([service, severity]))).size).toBe(
          groups.length,
        );
      }),
    );
  });
});

it('compareGroups is a total order', () => {
  const group = (service: string, records: number): ExpiredGroup => ({
    ...{ service, records, severity: 'info' },
    ...{ chunks: 1, bytes: 1, from: 0, to: 0 },
  });
  expect([group('b', 1), group('a', 1), group('c', 2)].sort(compareGroups).map(({ service }) => service)).toEqual([
    'c',
    'a',
    'b',
  ]);
  expect(compareGroups(group('a', 1), group('a', 1))).toBe(0);
});
