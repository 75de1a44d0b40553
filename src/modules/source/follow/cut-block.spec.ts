import fc from 'fast-check';
import { LineSplitter } from '../lines/line-splitter';
import { cutBlock, type Stillness } from './cut-block';
import { LineJoiner } from './join-lines';

const docker = (log: string, stream = 'stdout'): string =>
  `${JSON.stringify({ log, stream, time: '2026-11-23T10:00:00Z' })}\n`;
const cut = (text: string, stillness: Stillness, multiline = true): string =>
  text.slice(0, cutBlock(Buffer.from(text, 'latin1'), stillness, multiline));

describe('cutBlock', () => {
  it.each<[string, string, string]>([
    ['a line may go on', 'a\nb\n', 'a\n'],
    ['a trace may go on', 'a\nb\n  c\n  d\n', 'a\n'],
    ['the only record may go on', 'a\n  b\n', ''],
    ['white space is all there is', ' a\n b\n', ''],
    ['a JSON object is whole', 'a\n{"msg":"b"}\n', 'a\n{"msg":"b"}\n'],
    ['half a line', 'a\n{"msg":"b"}\nhal', 'a\n{"msg":"b"}\n'],
    ['no line at all', 'hal', ''],
    ['nothing', '', ''],
    ['CRLF', 'a\r\nb\r\n', 'a\r\n'],
    ['an empty line at the end', 'a\nb\n\n', 'a\n'],
    ['half a line of Docker', docker('a\n') + docker('b'), docker('a\n')],
    ['half a line of Docker after another', docker('a\n') + docker('b\n') + docker('c'), docker('a\n') + docker('b\n')],
    ['half a line of Docker further back', docker('a\n') + docker('b', 'stderr') + docker('c\n'), docker('a\n')],
    ['half a line of Docker and nothing else', docker('a'), ''],
    ['Docker around JSON', docker('{"a":1}\n'), docker('{"a":1}\n')],
    ['a trace in Docker', docker('{}\n') + docker('E\n') + docker(' at\n'), docker('{}\n')],
  ])('while it grows, %s', (_what, text, expected) => {
    expect(cut(text, 'growing')).toBe(expected);
  });

  it.each<[string, string, boolean, Stillness, string]>([
    ['takes all lines where records have one', 'a\n b\nhal', false, 'growing', 'a\n b\n'],
    ['takes all lines after a pause', 'a\n b\nhal', true, 'paused', 'a\n b\n'],
    [
      'waits for the rest of a line of Docker after a pause',
      docker('a\n') + docker('b'),
      true,
      'paused',
      docker('a\n'),
    ],
    ['takes everything when all is still', 'a\n b\nhal', true, 'still', 'a\n b\nhal'],
  ])('%s', (_what, text, multiline, stillness, expected) => {
    expect(cut(text, stillness, multiline)).toBe(expected);
  });

  it('does not wait for the end of what is longer than a record may be', () => {
    const endless = `a\n${'  frame\n'.repeat(600)}`;
    expect(cut(endless, 'growing')).toBe(endless);
  });

  it('cuts between records: read in pieces, a log is what it is read as a whole', () => {
    const line = fc.constantFrom('one\n', 'two\n', '  more\n', '\tmore\n', '{"msg":"x"}\n', '\n', 'at a.b(C.java:1)\n');
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 40 }),
        fc.array(fc.nat({ max: 60 }), { maxLength: 20 }),
        (given, sizes) => {
          expect(readInPieces(given.join(''), sizes)).toEqual(read(given.join('')));
        },
      ),
    );
  });

  it("does so with Docker's lines too", () => {
    const line = fc.constantFrom(
      ...['stdout', 'stderr'].flatMap((stream) => ['one\n', 'cut', '{"a":1}\n'].map((log) => docker(log, stream))),
    );
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 20 }),
        fc.array(fc.nat({ max: 300 }), { maxLength: 20 }),
        (given, sizes) => {
          expect(readInPieces(given.join(''), sizes)).toEqual(read(given.join('')));
        },
      ),
    );
  });
});

function read(text: string): string[] {
  const splitter = new LineSplitter();
  const joiner = new LineJoiner(true);
  const lines = [...splitter.push(Buffer.from(text)), ...splitter.end()];
  return [...joiner.push(lines), ...joiner.end()].map((line) => line.text);
}

/** As a file that grows by these sizes, and is then still. */
function readInPieces(text: string, sizes: readonly number[]): string[] {
  const found: string[] = [];
  let from = 0;
  let to = 0;
  for (const size of sizes) {
    to = Math.min(text.length, to + size);
    const block = cut(text.slice(from, to), 'growing');
    found.push(...read(block));
    from += block.length;
  }
  return [...found, ...read(cut(text.slice(from), 'still'))];
}
