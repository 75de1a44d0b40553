import fc from 'fast-check';
import { type Line, LineSplitter, MAX_HELD_BYTES } from './line-splitter';

const MIB = 1024 * 1024;

function splitAll(chunks: readonly Buffer[], splitter = new LineSplitter()): Line[] {
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

const texts = (lines: readonly Line[]): string[] => lines.map(({ text }) => text);

/** `bytes` cut at the given places. */
function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}

describe('LineSplitter', () => {
  it.each<[string, string, string[]]>([
    ['nothing', '', []],
    ['LF', 'a\nb\n', ['a', 'b']],
    ['a last line without an end', 'a\nb', ['a', 'b']],
    ['CRLF', 'a\r\nb\r\n', ['a', 'b']],
    ['a last line that ends with CR', 'a\r\nb\r', ['a', 'b']],
    ['a CR inside a line, and one of two at its end', 'a\rb\r\r\n', ['a\rb\r']],
    ['empty lines', '\n\r\na\n\n\nb\n\n', ['a', 'b']],
    ['white space', '  \n\t\n', ['  ', '\t']],
    ['NUL bytes', '\0\na\0b\n', ['\0', 'a\0b']],
    ['byte order marks', '\ufeffa\n\ufeffb\n\ufeff\n', ['a', 'b']],
    ['only a byte order mark', '\ufeff', []],
    ['other scripts', 'ünï\n日本語 🦊\n', ['ünï', '日本語 🦊']],
  ])('%s', (_caption, given, expected) => {
    expect(texts(splitAll([Buffer.from(given)]))).toEqual(expected);
  });

  it('gives the same lines wherever the stream is cut', () => {
    const piece = fc.constantFrom('a', 'ünï 🦊', '\n', '\r\n', '\r', '\n\n', '\0', '\ufeff', 'line of text');
    const bytes = fc.oneof(
      fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(pieces.join(''))),
      fc.uint8Array({ maxLength: 80 }).map((given) => Buffer.from(given)),
    );
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(), { maxLength: 6 }), (given, places) => {
        expect(splitAll(cutAt(given, places))).toEqual(splitAll([given]));
      }),
    );
  });

  it('keeps every byte of every line that is not empty', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (given) => {
        const back = splitAll([Buffer.from(given)]).map(({ text, isLatin1 }) =>
          Buffer.from(text, isLatin1 ? 'latin1' : 'utf8').toString('latin1'),
        );
        const expected = Buffer.from(given).toString('latin1').split('\n');
        expect(back).toEqual(expected.map((line) => line.replace(/\r$/, '')).filter((line) => line !== ''));
      }),
    );
  });

  it('reads only the lines that are no UTF-8 as Latin-1', () => {
    const bytes = Buffer.concat([Buffer.from('grün\n'), Buffer.from('caf\xe9\n', 'latin1'), Buffer.from('日本\n')]);
    expect(splitAll([bytes])).toEqual([
      { text: 'grün', isLatin1: false, droppedBytes: 0 },
      { text: 'café', isLatin1: true, droppedBytes: 0 },
      { text: '日本', isLatin1: false, droppedBytes: 0 },
    ]);
  });

  it('holds a bounded part of a line without end, and goes on after it', () => {
    const splitter = new LineSplitter();
    const chunk = Buffer.alloc(MIB, 'x');
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 200; i++) expect(splitter.push(chunk)).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * MIB);
    const [long, next] = splitter.push(Buffer.from('end\nnext\n'));
    expect(long?.text).toBe('x'.repeat(MAX_HELD_BYTES));
    expect(long?.droppedBytes).toBe(199 * MIB + 3);
    expect(next).toEqual({ text: 'next', isLatin1: false, droppedBytes: 0 });
  });

  it('does not depend on a chunk after it was pushed', () => {
    const splitter = new LineSplitter();
    const chunk = Buffer.from('first half');
    splitter.push(chunk);
    chunk.fill('#');
    expect(texts(splitter.push(Buffer.from(' and the rest\n')))).toEqual(['first half and the rest']);
  });
});
