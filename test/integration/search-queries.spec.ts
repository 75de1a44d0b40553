import { type GivenPage, readPageParameters } from '../../src/modules/search/page-parameters';
import type { LogRecord } from '../../src/log/log-record';
import { DAY_US, HOUR_US, MINUTE_US } from '../../src/log/timestamp';
import { ReadBudget } from '../../src/storage/read-budget';
import { SearchStore } from '../support/search-store';
import { aRecord, TEN_O_CLOCK } from '../support/storage';

const NOW = TEN_O_CLOCK + HOUR_US;
const CUTOFF = NOW - 10 * DAY_US;

/** By name, so that the cases can tell what they expect. */
const RECORDS: Readonly<Record<string, LogRecord>> = {
  ahead: aRecord({ timestamp: NOW + 23 * HOUR_US, service: 'shop', body: 'clock ahead' }),
  now: aRecord({ timestamp: NOW, service: 'shop', severity: 'error', body: 'card 42 declined' }),
  retry: aRecord({
    timestamp: NOW - MINUTE_US,
    service: 'pay',
    severity: 'warn',
    body: 'retry',
    attributes: { 'host.name': 'web-1', peer: '10.0.0.1', try: 2 },
  }),
  fatal: aRecord({
    timestamp: NOW - HOUR_US,
    service: 'pay',
    severity: 'fatal',
    body: 'out of memory',
    attributes: { 'host.name': 'web-2' },
  }),
  first: aRecord({
    timestamp: NOW - HOUR_US - 1,
    service: 'pay',
    severity: 'debug',
    body: 'memory was 10.0.0.2 pages',
  }),
  dotted: aRecord({
    timestamp: NOW - 3 * HOUR_US,
    service: 'a.b #*',
    severity: 'info',
    body: 'Größe: \u001b[31mok\u001b[0m',
  }),
  long: aRecord({ timestamp: NOW - 4 * HOUR_US, service: 'x'.repeat(300), severity: 'info', body: '日本 ログ' }),
  emoji: aRecord({ timestamp: NOW - 5 * HOUR_US, service: '😀', severity: 'trace', body: '' }),
  yesterday: aRecord({ timestamp: NOW - DAY_US, service: 'shop', body: 'exactly a day ago' }),
  before: aRecord({ timestamp: NOW - DAY_US - 1, service: 'shop', body: 'more than a day ago' }),
  atCutoff: aRecord({ timestamp: CUTOFF, service: 'old', body: 'kept' }),
  expired: aRecord({ timestamp: CUTOFF - 1, service: 'old', body: 'expired' }),
};

interface Case {
  readonly caption: string;
  readonly query: GivenPage;
  readonly expect: readonly string[];
}

const CASES: readonly Case[] = [
  {
    caption: 'nothing asked: the last 24 h and what is ahead, newest first',
    query: {},
    expect: ['ahead', 'now', 'retry', 'fatal', 'first', 'dotted', 'long', 'emoji', 'yesterday'],
  },
  {
    caption: 'oldest first',
    query: { order: 'asc' },
    expect: ['yesterday', 'emoji', 'long', 'dotted', 'first', 'fatal', 'retry', 'now', 'ahead'],
  },
  { caption: 'from is inclusive', query: { from: '1h', to: '2026-11-23T11:00:00Z' }, expect: ['retry', 'fatal'] },
  {
    caption: 'to is exclusive',
    query: { to: '1h' },
    expect: ['first', 'dotted', 'long', 'emoji', 'yesterday', 'before'],
  },
  {
    caption: 'to a microsecond later',
    query: { from: '1h', to: '2026-11-23T11:00:00.000001Z' },
    expect: ['now', 'retry', 'fatal'],
  },
  {
    caption: 'a range of one microsecond',
    query: { from: '2026-11-23T10:00:00Z', to: '2026-11-23T10:00:00.000001Z' },
    expect: ['fatal'],
  },
  { caption: 'a range ahead', query: { from: '2026-11-23T12:00:00Z' }, expect: ['ahead'] },
  {
    caption: 'a zone with a space for its plus',
    query: { from: '2026-11-23T11:59:00 01:00', to: '2026-11-23T12:00:00 01:00' },
    expect: ['retry'],
  },
  { caption: 'one service', query: { service: ['pay'] }, expect: ['retry', 'fatal', 'first'] },
  {
    caption: 'either of two services',
    query: { service: ['pay', '😀'] },
    expect: ['retry', 'fatal', 'first', 'emoji'],
  },
  { caption: 'a service with dots, a space, # and *', query: { service: ['a.b #*'] }, expect: ['dotted'] },
  { caption: 'a service of 300 characters', query: { service: ['x'.repeat(300)] }, expect: ['long'] },
  { caption: 'a service is not part of another', query: { service: ['pa'] }, expect: [] },
  { caption: 'a service has its case', query: { service: ['PAY'] }, expect: [] },
  {
    caption: 'more services than one find takes',
    query: { service: [...Array.from({ length: 500 }, (_, i) => `no-${i}`), 'pay', 'shop'] },
    expect: ['ahead', 'now', 'retry', 'fatal', 'first', 'yesterday'],
  },
  {
    caption: 'more services than one find takes, oldest first',
    query: { order: 'asc', service: [...Array.from({ length: 500 }, (_, i) => `no-${i}`), 'pay', 'shop'] },
    expect: ['yesterday', 'first', 'fatal', 'retry', 'now', 'ahead'],
  },
  { caption: 'a severity', query: { severity: ['error'] }, expect: ['now'] },
  {
    caption: 'severities by alias, listed and repeated',
    query: { severity: ['crit,WARNING', 'trace'] },
    expect: ['retry', 'fatal', 'emoji'],
  },
  { caption: 'a severity floor', query: { minSeverity: 'warn' }, expect: ['now', 'retry', 'fatal'] },
  { caption: 'a severity and a floor above it', query: { severity: ['info'], minSeverity: 'warn' }, expect: [] },
  { caption: 'a service and a severity', query: { service: ['pay'], severity: ['fatal'] }, expect: ['fatal'] },
  { caption: 'a word', query: { q: 'memory' }, expect: ['fatal', 'first'] },
  { caption: 'a word in any case', query: { q: 'DECLINED' }, expect: ['now'] },
  { caption: 'two words, in any order', query: { q: 'memory out' }, expect: ['fatal'] },
  { caption: 'a phrase', query: { q: '"of memory"' }, expect: ['fatal'] },
  { caption: 'a phrase that is nowhere', query: { q: '"memory of"' }, expect: [] },
  { caption: 'not a word', query: { q: 'memory -pages' }, expect: ['fatal'] },
  {
    caption: 'not a word, and nothing else',
    query: { q: '-memory -ago', service: ['pay', 'shop'] },
    expect: ['ahead', 'now', 'retry'],
  },
  { caption: 'part of a word', query: { q: 'mem' }, expect: [] },
  { caption: 'a word of an attribute', query: { q: 'web' }, expect: ['retry', 'fatal'] },
  { caption: 'an address is a phrase, in an attribute too', query: { q: '10.0.0.1' }, expect: ['retry'] },
  { caption: 'half of an address', query: { q: '10.0' }, expect: ['retry', 'first'] },
  { caption: 'a:b is a phrase', query: { q: 'card:42' }, expect: ['now'] },
  { caption: 'not a word of an attribute', query: { q: '-web', service: ['pay'] }, expect: ['first'] },
  { caption: 'a word with accents, past ANSI colours', query: { q: 'größe ok' }, expect: ['dotted'] },
  { caption: 'characters without spaces', query: { q: '本' }, expect: ['long'] },
  { caption: 'an attribute', query: { attribute: ['host.name=web-1'] }, expect: ['retry'] },
  {
    caption: 'either value of an attribute',
    query: { attribute: ['host.name=web-1', 'host.name=web-2'] },
    expect: ['retry', 'fatal'],
  },
  { caption: 'two attributes', query: { attribute: ['host.name=web-1', 'try=2'] }, expect: ['retry'] },
  { caption: 'two attributes of which one differs', query: { attribute: ['host.name=web-1', 'try=3'] }, expect: [] },
  {
    caption: 'all at once',
    query: { service: ['pay'], minSeverity: 'warn', q: 'retry', attribute: ['try=2'], from: '2h' },
    expect: ['retry'],
  },
  { caption: 'the cutoff is kept, what is before it is not', query: { from: '30d', to: '5d' }, expect: ['atCutoff'] },
  {
    caption: 'oldest first stops at the cutoff, too',
    query: { from: '30d', to: '5d', order: 'asc' },
    expect: ['atCutoff'],
  },
];

let store: SearchStore;
beforeAll(async () => {
  store = await SearchStore.open();
  await store.add(Object.values(RECORDS));
});
afterAll(() => store.close());

const namesOf = (records: readonly LogRecord[]): (string | undefined)[] =>
  records.map(({ body }) => Object.keys(RECORDS).find((name) => RECORDS[name]?.body === body));

it.each(CASES)('$caption', async ({ query, expect: expected }) => {
  const reader = store.reader(() => NOW);
  const budget = new ReadBudget(() => NOW, 30_000_000, new AbortController().signal);
  const page = await reader.page(readPageParameters(query, NOW).query, budget);
  expect(namesOf(page.records)).toEqual(expected);
  expect(page).toMatchObject({ next: null, isOutOfTime: false, isOutOfRoom: false, damaged: [] });
});
