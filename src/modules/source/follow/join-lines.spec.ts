import fc from 'fast-check';
import type { Line } from '../lines/line-splitter';
import { isContinuation } from './continuation';
import { type JoinedLine, LineJoiner, MAX_JOINED_LENGTH, MAX_JOINED_LINES } from './join-lines';

const lines = (...texts: string[]): Line[] => texts.map((text) => ({ text, isLatin1: false, droppedBytes: 0 }));
const docker = (log: string, stream = 'stdout'): string =>
  JSON.stringify({ log, stream, time: '2026-11-23T10:00:00.123456789Z' });
const joined = (given: Line[], multiline = true): string[] => joinLines(given, multiline).map(({ text }) => text);

function joinLines(given: Line[], multiline: boolean): JoinedLine[] {
  const joiner = new LineJoiner(multiline);
  return [...joiner.push(given), ...joiner.end()];
}

describe('LineJoiner', () => {
  it.each<[string, string[], string[]]>([
    ['lines of their own', ['a', 'b'], ['a', 'b']],
    ['white space', ['a', '  b', '\tc', 'd'], ['a\n  b\n\tc', 'd']],
    ['white space at the very beginning', ['  a', '  b', 'c'], ['  a\n  b', 'c']],
    [
      'frames without white space',
      ['E', 'at x.y(Z.java:1)', 'Caused by: F', '... 12 more', 'g'],
      ['E\nat x.y(Z.java:1)\nCaused by: F\n... 12 more', 'g'],
    ],
    ['no words that only begin as a frame', ['a', 'at noon it ended', 'Causes'], ['a', 'at noon it ended', 'Causes']],
    ['nothing to a JSON object', ['{"msg":"a"}', '  b'], ['{"msg":"a"}', '  b']],
    ['pieces that Docker has cut', [docker('a'), docker('b'), docker('c\n'), docker('d\n')], ['abc', 'd']],
    [
      "Docker's streams, each on its own",
      [docker('a'), docker('x\n', 'stderr'), docker('b\n'), docker(' y\n', 'stderr')],
      ['ab', 'x\n y'],
    ],
    ['Docker around a trace', [docker('E\r\n'), docker('  at one\r\n')], ['E\n  at one']],
    ['no empty lines of Docker', [docker('a\n'), docker('\n'), docker(' b\n')], ['a\n b']],
    ['no JSON that is not Docker', ['{"log":"x","stream":"in","time":""}'], ['{"log":"x","stream":"in","time":""}']],
  ])('joins %s', (_what, given, expected) => {
    expect(joined(lines(...given))).toEqual(expected);
  });

  it('joins only what Docker has cut where records have one line', () => {
    expect(joined(lines('a', '  b', docker('c'), docker('d\n'), docker(' e\n')), false)).toEqual([
      'a',
      '  b',
      'cd',
      ' e',
    ]);
  });

  it('ends a record that takes too many lines, or too much text', () => {
    const many = joinLines(lines('a', ...Array.from({ length: 2 * MAX_JOINED_LINES }, () => ' b')), true);
    expect(many.map(({ text }) => text.split('\n').length)).toEqual([MAX_JOINED_LINES, MAX_JOINED_LINES, 1]);
    const large = joined(lines('a', ...Array.from({ length: 40 }, () => ' '.repeat(10_000))));
    expect(large.length).toBe(2);
    expect(Math.max(...large.map((text) => text.length))).toBeLessThan(MAX_JOINED_LENGTH + 100);
  });

  it('joins the same however many lines come at once', () => {
    const line = fc.constantFrom(
      'a',
      ' b',
      '{"c":1}',
      docker('d'),
      docker('e\n'),
      docker(' f\n', 'stderr'),
      docker('g'),
    );
    fc.assert(
      fc.property(fc.array(fc.array(line, { maxLength: 4 }), { maxLength: 8 }), fc.boolean(), (groups, multiline) => {
        const joiner = new LineJoiner(multiline);
        const found = [...groups.flatMap((group) => joiner.push(lines(...group))), ...joiner.end()];
        expect(found).toEqual(joinLines(lines(...groups.flat()), multiline));
      }),
    );
  });

  it('gives out a record as soon as no line can be joined to it', () => {
    const joiner = new LineJoiner(true);
    const given = (...texts: string[]): string[] => joiner.push(lines(...texts)).map(({ text }) => text);
    expect(given('a')).toEqual([]);
    expect(given(' b', '{"c":1}')).toEqual(['a\n b', '{"c":1}']);
    expect(given(docker('d'), docker('e\n', 'stderr'))).toEqual([]);
    expect(given(docker('f\n'), docker('g\n'))).toEqual(['df']);
    expect(joiner.end().map(({ text }) => text)).toEqual(['e', 'g']);
  });

  it('keeps what was dropped, how it was encoded, and when Docker had it', () => {
    const [first] = joinLines(
      [
        { text: docker('a'), isLatin1: false, droppedBytes: 2 },
        { text: docker('b\n'), isLatin1: true, droppedBytes: 3 },
      ],
      true,
    );
    expect(first).toMatchObject({ isLatin1: true, droppedBytes: 5 });
    expect(first?.envelope?.time?.timestamp).toBe(Date.parse('2026-11-23T10:00:00.123Z') * 1_000 + 456);
  });
});

describe('isContinuation', () => {
  it.each([
    ' a',
    '\ta',
    'at Object.<anonymous> (/a.js:1:2)',
    'at async main (a.js:1)',
    'Suppressed: x',
    '... 3 common frames omitted',
    '#0 /srv/app/index.php(12): App->run()',
    '#1 [internal function]: App->handle(Object(Request))',
    '#2 {main}',
  ])('%j goes on', (text) => expect(isContinuation(text)).toBe(true));
  it.each([
    '',
    'a',
    'at',
    'attempt (1): x',
    'at the end',
    'Cause',
    'Starting',
    '.env loaded',
    '....',
    '#1 priority',
    '# note',
    '#12: x',
  ])('%j does not', (text) => expect(isContinuation(text)).toBe(false));
});
