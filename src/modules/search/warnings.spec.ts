import { EVERYTHING } from '../../log/log-query';
import { DAY_US } from '../../log/timestamp';
import { type Circumstances, warningsFor } from './warnings';

const NOW = Date.UTC(2026, 10, 23, 10) * 1_000;
const WELL: Circumstances = {
  filter: EVERYTHING,
  range: { from: NOW - DAY_US, to: null },
  retention: { days: 10 },
  now: NOW,
  completeness: { storedUntil: NOW, waiting: null, isCollecting: true },
  damaged: [],
  isOutOfRoom: false,
};

it.each<[string, Partial<Circumstances>, [string, RegExp][]]>([
  ['all is well', {}, []],
  ['the range begins where records expire', { range: { from: NOW - 10 * DAY_US, to: null } }, []],
  [
    'the range begins before that',
    { range: { from: NOW - 10 * DAY_US - 1, to: null } },
    [['beyond_retention', /^from is before 2026-11-13T10:00:00.000000Z;/]],
  ],
  ['no severity is left', { filter: { ...EVERYTHING, severities: [] } }, [['nothing_can_match', /minSeverity/]]],
  [
    'no collector is alive',
    { completeness: { storedUntil: null, waiting: null, isCollecting: false } },
    [['no_collector', /no collector is at work/]],
  ],
  ['the page is full', { isOutOfRoom: true }, [['page_full', /16777216 bytes/]]],
  [
    'chunks are damaged',
    { damaged: [new Error('chunk 1: times'), new Error('chunk 2: bodies')] },
    [
      ['unreadable_chunk', /chunk 1: times/],
      ['unreadable_chunk', /chunk 2: bodies/],
    ],
  ],
  [
    'very many chunks are damaged',
    { damaged: Array.from({ length: 1_000 }, (_, i) => new Error(`chunk ${i}`)) },
    [
      ...Array.from({ length: 10 }, (_, i): [string, RegExp] => ['unreadable_chunk', new RegExp(`chunk ${i}$`)]),
      ['unreadable_chunk', /990 more chunks$/],
    ],
  ],
])('when %s', (_caption, change, expected) => {
  const warnings = warningsFor({ ...WELL, ...change });
  expect(warnings).toEqual(expected.map(([code, message]) => ({ code, message: expect.stringMatching(message) })));
});
