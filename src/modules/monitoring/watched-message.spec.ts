import fc from 'fast-check';
import { decodeMessage } from '../../log/decode-message';
import { NO_ATTRIBUTES } from '../../log/log-record';
import { packLine } from '../../log/pack';
import type { WireMessage } from '../../log/wire-message';
import { readWatched } from './watched-message';

const NOW = 1_795_428_000_000_000;
const CONTEXT = { now: NOW, retention: { days: 10 } };
const MINUTE = 60_000_000;

const pack = (lines: readonly string[], headers: Record<string, unknown> = {}): WireMessage => ({
  body: Buffer.from(lines.join('')),
  routingKey: 'shop.error',
  contentType: 'application/x-ndjson',
  headers: { service: 'shop', severity: 'error', count: lines.length, ...headers },
});
const line = (timestamp: number, body: string): string => packLine({ timestamp, body, attributes: NO_ATTRIBUTES });

it('takes times and the last records from a pack', () => {
  const lines = ['a', 'b', 'c'].map((body, i) => line(NOW + i, body));
  expect(readWatched(pack(lines), 2, CONTEXT)).toEqual({
    watched: [
      {
        service: 'shop',
        severity: 'error',
        times: [NOW, NOW + 1, NOW + 2],
        last: [
          { timestamp: NOW + 1, body: 'b' },
          { timestamp: NOW + 2, body: 'c' },
        ],
      },
    ],
    unreadable: 0,
  });
});

it('sees in a pack what the collector sees', () => {
  const records = fc.array(fc.record({ age: fc.nat({ max: MINUTE }), body: fc.string() }), {
    minLength: 1,
    maxLength: 20,
  });
  fc.assert(
    fc.property(records, fc.constantFrom('error', 'FATAL', 'warning', 'odd'), (given, severity) => {
      const message = pack(
        given.map(({ age, body }) => line(NOW - age, body)),
        { severity },
      );
      const stored = decodeMessage(message, CONTEXT).parts.flatMap((part) => part.records);
      const { watched } = readWatched(message, 3, CONTEXT);
      expect(watched.flatMap(({ times }) => times).sort()).toEqual(stored.map(({ timestamp }) => timestamp).sort());
      expect(watched.map((one) => `${one.service} ${one.severity}`)).toEqual([`shop ${stored[0]?.severity}`]);
      expect(watched[0]?.last.map(({ body }) => body)).toEqual(given.slice(-3).map(({ body }) => body));
    }),
  );
});

it.each<[string, WireMessage, number, number]>([
  ['a pack of which a line is missing', pack([line(NOW, 'a')], { count: 2 }), 1, 1],
  ['a pack with a line that is none', pack([line(NOW, 'a'), 'panic\n']), 1, 1],
  ['a line of text', { body: Buffer.from('disk full'), routingKey: 'db.error', headers: {} }, 1, 0],
  ['nothing', { body: Buffer.from(''), routingKey: 'db.error', headers: {} }, 0, 1],
])('counts of %s what can be read', (_caption, message, records, unreadable) => {
  const seen = readWatched(message, 5, CONTEXT);
  expect(seen.watched.flatMap(({ times }) => times)).toHaveLength(records);
  expect(seen.unreadable).toBe(unreadable);
});
