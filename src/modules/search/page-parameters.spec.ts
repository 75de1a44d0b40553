import { InvalidParameters } from '../../http/invalid-parameters';
import { HOUR_US } from '../../log/timestamp';
import { type GivenPage, readPageParameters } from './page-parameters';

const NOW = Date.UTC(2026, 10, 23, 10) * 1_000;
const LATER = NOW + 60_000_000;
const POSITION = { timestamp: NOW - HOUR_US, last: null };

const cursorOf = (given: GivenPage): string => readPageParameters(given, NOW).cursorAt(POSITION);

describe('readPageParameters', () => {
  it('fills in what is not given', () => {
    const { query } = readPageParameters({}, NOW);
    expect(query).toMatchObject({
      order: 'desc',
      limit: 100,
      position: null,
      range: { from: NOW - 24 * HOUR_US, to: null },
    });
  });

  it('goes on where the cursor says, in the range of the first page, at any size', () => {
    const cursor = cursorOf({ from: '2h', service: ['a'], limit: 10 });
    const { query } = readPageParameters({ service: ['a'], cursor, limit: 500 }, LATER);
    expect(query).toMatchObject({ limit: 500, position: POSITION, range: { from: NOW - 2 * HOUR_US, to: null } });
  });

  it.each<[string, GivenPage, GivenPage]>([
    ['leaves from and to out', { from: '2h', to: '1h' }, {}],
    ['repeats their text', { from: '2h', to: '1h' }, { from: '2h', to: '1h' }],
    ['gives what they were in the answer', { from: '2h' }, { from: '2026-11-23T08:00:00.000000Z' }],
    ['repeats the order', { order: 'asc' }, { order: 'asc' }],
    ['gives the default order', {}, { order: 'desc' }],
    ['gives filters in another order', { service: ['a', 'b'] }, { service: ['b', 'a'] }],
    ['gives an alias', { severity: ['error'] }, { severity: ['ERR'] }],
  ])('takes a later page that %s', (_caption, first, later) => {
    const { query } = readPageParameters({ ...later, cursor: cursorOf(first) }, LATER);
    expect(query.position).toEqual(POSITION);
  });

  it.each<[string, GivenPage, GivenPage, RegExp]>([
    ['another service', { service: ['a'] }, { service: ['b'] }, /same filters/],
    ['no service', { service: ['a'] }, {}, /same filters/],
    ['another severity', {}, { severity: ['error'] }, /same filters/],
    ['another q', { q: 'a' }, { q: 'b' }, /same filters/],
    ['another attribute', {}, { attribute: ['a=b'] }, /same filters/],
    ['another order', {}, { order: 'asc' }, /same filters and order/],
    ['another from', { from: '2h' }, { from: '3h' }, /same from and to/],
    ['a to where there was none', {}, { to: '2026-11-24T00:00:00Z' }, /same from and to/],
    ['an unreadable from', {}, { from: 'soon' }, /same from and to/],
  ])('refuses a cursor with %s', (_caption, first, later, allowed) => {
    const cursor = cursorOf(first);
    expect(() => readPageParameters({ ...later, cursor }, LATER)).toThrow(InvalidParameters);
    expect(() => readPageParameters({ ...later, cursor }, LATER)).toThrow(allowed);
  });

  it.each(['', '1', 'next', '2abc'])('refuses %j as a cursor', (cursor) => {
    expect(() => readPageParameters({ cursor }, NOW)).toThrow(/cursor: .* is not allowed; allowed: the nextCursor/);
  });
});
