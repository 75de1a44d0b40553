import fc from 'fast-check';
import { NEW_STREAM } from '../../../log/stream-clock';
import { decodePack } from '../../../log/pack';
import { loadConfig } from '../../../config/config';
import type { Block } from './block';
import { type BlockContent, readBlock } from './read-block';

const { retention } = loadConfig({});
const TIME = Date.UTC(2026, 10, 23, 10) * 1_000;
const BLOCK: Block = {
  id: '01890000-0000-7000-8000-000000000000',
  from: 0,
  to: 0,
  time: TIME,
  clock: NEW_STREAM,
  rules: { service: 'shop', zone: 'UTC', multiline: true },
};

const read = (...chunks: string[]): Promise<BlockContent> =>
  readBlock(
    BLOCK,
    chunks.map((one) => Buffer.from(one)),
    retention,
  );

const bodiesOf = ({ packs }: BlockContent): string[] =>
  packs.flatMap(({ body }) => decodePack(body).records).map(({ body }) => body);

describe('readBlock', () => {
  it('reads a block much larger than what it has in hand at once, in order', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i} ${'x'.repeat(i % 97)}`);
    const content = await read(`${lines.join('\n')}\n`);
    expect(content.records).toBe(lines.length);
    expect(content.packs.reduce((sum, { count }) => sum + count, 0)).toBe(lines.length);
    expect(bodiesOf(content)).toEqual(lines);
    expect(content.clock.reading).toBe(TIME + lines.length - 1);
  });

  it('keeps lines whole that are longer than what it has in hand at once, wherever they are', async () => {
    const long = 'y'.repeat(200 * 1024);
    expect(bodiesOf(await read(`a\n${long}\nb\n`))).toEqual(['a', long, 'b']);
    expect(bodiesOf(await read(`${long}\n${long}`))).toEqual([long, long]);
  });

  it('joins the lines of a record across all that is in hand at once', async () => {
    const trace = [
      'it went so:',
      ...Array.from({ length: 400 }, (_, i) => `    at call${i} (${'z'.repeat(300)}.js:1:1)`),
    ];
    expect(bodiesOf(await read(`before\n${trace.join('\n')}\nafter\n`))).toEqual(['before', trace.join('\n'), 'after']);
  });

  it('makes the same packs of the same bytes, however they come', async () => {
    const line = fc.constantFrom('a', ' b', 'ü', '', '2026-11-23 10:00:00 cart ERROR no stock', '{"message":"c"}');
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), fc.nat({ max: 100 }), async (given, at) => {
        const text = given.join('\n');
        const bytes = Buffer.from(text);
        const inTwo = await readBlock(BLOCK, [bytes.subarray(0, at), bytes.subarray(at)], retention);
        expect(inTwo).toEqual(await read(text));
      }),
      { numRuns: 50 },
    );
  });

  it('counts what is too old, and tells of the first', async () => {
    const content = await read('2020-01-01 00:00:00 cart INFO old\n2026-11-23 10:00:00 cart INFO new\n');
    expect([bodiesOf(content), content.rejected.get('too_old')]).toEqual([['new'], 1]);
    expect(content.firstTooOld).toMatch(/^2020-01-01/);
  });
});
