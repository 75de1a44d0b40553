import {
  appendFileSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { eventually } from '../../../test/support/eventually';
import { FileSourceFolder } from '../../../test/support/file-source-folder';
import { FileSourceLife } from '../../../test/support/file-source-life';
import { findFiles } from './find-files';

const CORPORA = join(__dirname, '../../../../shared/corpora');
// The logs belong to others and stand beside the project: a clone of the project alone has none to read.
const describeWithCorpora = existsSync(CORPORA) ? describe : describe.skip;

describe('FileSource', () => {
  const { path, follow } = new FileSourceFolder();

  it('reads what is there, each line, and knows services and severities', async () => {
    const time = new Date().toISOString();
    await writeFile(path('b.log'), 'b1\r\n\nb2\n');
    await writeFile(path('a.log'), `${time} shop WARN a1\na2\n`);
    const source = await follow('*.log');
    await source.read(4);
    expect(
      source.publisher.records.map(({ service, severity, body }) => `${service} ${severity} ${body}`).sort(),
    ).toEqual(['a.log info a2', 'b.log info b1', 'b.log info b2', 'shop warn a1']);
  });

  it('takes SOURCE_SERVICE for lines that name no service', async () => {
    await writeFile(path('a.log'), 'a1\n');
    const source = await follow('a.log', { SOURCE_SERVICE: 'shop' });
    await source.read(1);
    expect(source.publisher.records[0]?.service).toBe('shop');
  });

  it('goes on as the file grows, and finds files that appear later', async () => {
    await writeFile(path('a.log'), 'a1\n');
    const source = await follow('*.log');
    await source.read(1);
    appendFileSync(path('a.log'), 'a2\n');
    await source.read(2);
    await writeFile(path('later.log'), 'l1\n');
    await source.read(3);
    expect(source.bodies('a.log')).toEqual(['a1', 'a2']);
    expect(source.bodies('later.log')).toEqual(['l1']);
  });

  it('looks for files as often while the clock is being set forward', async () => {
    const source = await follow('*.log');
    source.clock = () => Date.now() * 1_000 + (source.ahead += 60_000_000); // with every look at it
    for (const name of ['a', 'b', 'c']) {
      await writeFile(path(`${name}.log`), `${name}\n`);
      await source.read(source.publisher.records.length + 1);
    }
    expect(source.bodies()).toEqual(['a', 'b', 'c']);
  });

  it('waits for the end of a last line no longer when the clock is set back', async () => {
    await writeFile(path('a.log'), 'whole\nno end');
    const source = await follow('a.log', { SOURCE_LAST_LINE_WAIT_MS: '1000' });
    await source.read(1);
    source.ahead -= 3_600_000_000;
    await source.read(2);
    expect(new Set(source.bodies())).toEqual(new Set(['whole', 'no end']));
  });

  it('does not cut a line that is written in two halves', async () => {
    await writeFile(path('a.log'), 'whole\nfirst ha');
    const source = await follow('a.log', { SOURCE_LAST_LINE_WAIT_MS: '60000' });
    await source.read(1);
    appendFileSync(path('a.log'), 'lf, second half\nnext\n');
    await source.read(3);
    expect(source.bodies()).toEqual(['whole', 'first half, second half', 'next']);
  });

  it('does not cut a line in two where the file rotates in its middle', async () => {
    await writeFile(path('a.log'), 'a1\nfirst ha');
    const env = { SOURCE_MULTILINE: 'false', SOURCE_LAST_LINE_WAIT_MS: '60000' };
    const source = await follow('*.log', env);
    await source.read(1);
    const now = source.clock();
    source.clock = () => now; // the writer goes on before the line counts as whole, however busy the machine is
    const writer = openSync(path('a.log'), 'a');
    renameSync(path('a.log'), path('a.log.1'));
    await writeFile(path('a.log'), 'b1\n');
    await eventually(() => source.logged.filter(({ msg }) => msg === 'following a new file').length === 2);
    await writeFile(path('later.log'), 'c1\n');
    await source.read(2); // a whole look at all files after the rotation
    writeSync(writer, 'lf, second half\n');
    closeSync(writer);
    await source.read(4);
    expect(source.bodies('a.log')).toEqual(['a1', 'first half, second half', 'b1']);
  });

  it('begins with the next file although the one that rotated is written to without a pause', async () => {
    await writeFile(path('a.log'), 'a1\n');
    const source = await follow('a.log');
    await source.read(1);
    const writer = openSync(path('a.log'), 'a');
    const busy = setInterval(() => writeSync(writer, '{"msg":"more"}\n'), 2);
    try {
      renameSync(path('a.log'), path('a.log.1'));
      await writeFile(path('a.log'), 'b1\n');
      await eventually(() => source.bodies().includes('b1'));
    } finally {
      clearInterval(busy);
      closeSync(writer);
    }
  });

  it('takes a last line without an end once the file is quiet', async () => {
    await writeFile(path('a.log'), 'whole\nno end');
    const source = await follow('a.log');
    await source.read(2);
    expect(source.bodies()).toEqual(['whole', 'no end']);
  });

  it('joins the lines of a stack trace, unless told not to', async () => {
    const trace = 'ERROR it broke\n  at one (a.js:1)\n\tat two (b.js:2)\nCaused by: java.io.IOException: no\n';
    await writeFile(path('a.log'), `${trace}next\n`);
    const joining = await follow('a.log');
    await joining.read(2);
    expect(joining.bodies()).toEqual([trace.trimEnd(), 'next']);
    expect(joining.publisher.records[0]?.severity).toBe('error');
    await joining.stop();
    await rm(path('.state'), { recursive: true });
    const cutting = await follow('a.log', { SOURCE_MULTILINE: 'false' });
    await cutting.read(5);
    expect(cutting.bodies()).toHaveLength(5);
  });

  it('waits for a stack trace that is being written', async () => {
    await writeFile(path('a.log'), 'before\nit broke\n');
    const source = await follow('a.log', { SOURCE_MULTILINE_WAIT_MS: '60000', SOURCE_LAST_LINE_WAIT_MS: '60000' });
    await source.read(1);
    appendFileSync(path('a.log'), '  at one\n');
    appendFileSync(path('a.log'), '  at two\nafter\n{"msg":"ends it"}\n');
    await source.read(4);
    expect(source.bodies()).toEqual(['before', 'it broke\n  at one\n  at two', 'after', 'ends it']);
  });

  it('keeps a trace after a line in the line form in its body', async () => {
    const time = new Date().toISOString();
    await writeFile(path('a.log'), `${time} shop ERROR it broke\n  at one\n${time} shop ERROR\n  at two\n`);
    const source = await follow('a.log');
    await source.read(2);
    expect(source.bodies('shop')).toEqual(['it broke\n  at one', '\n  at two']);
  });

  it("takes lines out of Docker's json-file", async () => {
    const time = new Date().toISOString();
    const docker = (log: string, stream = 'stdout'): string => `${JSON.stringify({ log, stream, time })}\n`;
    const long = 'x'.repeat(20_000);
    await writeFile(
      path('c-json.log'),
      docker('plain\n') +
        docker(long.slice(0, 16_384)) +
        docker('2026-01-01 00:00:00 other stream\n', 'stderr') +
        docker(`${long.slice(16_384)}\n`) +
        docker('it broke\n', 'stderr') +
        docker('  at one\n', 'stderr') +
        docker('{"level":"warn","msg":"json","service":"shop"}\n'),
    );
    const source = await follow('c-json.log');
    await source.read(5);
    expect(source.bodies()).toEqual(['plain', long, '2026-01-01 00:00:00 other stream', 'it broke\n  at one', 'json']);
    expect(source.publisher.records.at(-1)).toMatchObject({ service: 'shop', severity: 'warn' });
    expect({ ...source.publisher.records[0]?.attributes }).toEqual({ 'log.iostream': 'stdout' });
    expect(source.publisher.records[0]?.timestamp).toBe(Date.parse(time) * 1_000);
  });

  it("takes Docker's time where that of the line cannot be used, and keeps what was given", async () => {
    const time = new Date(Date.now() - 3_600_000).toISOString();
    const log = '{"time":"10:23:45","msg":"no day"}\n';
    await writeFile(path('c-json.log'), `${JSON.stringify({ log, stream: 'stdout', time })}\n`);
    const source = await follow('c-json.log');
    await source.read(1);
    expect(source.publisher.records[0]?.timestamp).toBe(Date.parse(time) * 1_000);
    expect(source.publisher.records[0]?.attributes).toMatchObject({ original_timestamp: '10:23:45' });
  });

  it('reads an archive that is still being written to its end', async () => {
    const archive = gzipSync(Array.from({ length: 20_000 }, (_, i) => `line ${i} ${(i * 7919) % 104729}`).join('\n'));
    await writeFile(path('a.log.gz'), archive.subarray(0, archive.length / 2));
    const source = await follow('a.log.gz', { SOURCE_LAST_LINE_WAIT_MS: '60000' });
    await source.read(5_000);
    appendFileSync(path('a.log.gz'), archive.subarray(archive.length / 2));
    appendFileSync(path('a.log.gz'), gzipSync('\n'));
    await source.read(20_000);
    expect(source.bodies().map((body) => Number(body.split(' ')[1]))).toEqual(
      Array.from({ length: 20_000 }, (_, i) => i),
    );
  });

  it('reads of a damaged archive what comes before the damage, says so, and does not try for ever', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `line ${i} ${(i * 7919) % 104729}`);
    const damaged = gzipSync('no more').fill(0xff, 10); // the header of a second one is whole
    const archive = Buffer.concat([gzipSync(lines.join('\n')), damaged]);
    await writeFile(path('a.log.gz'), archive);
    const source = await follow('a.log.gz');
    const told = await source.told('an archive is damaged');
    expect(told).toMatchObject({ path: path('a.log.gz'), level: 'error' });
    const count = source.bodies().length;
    expect(count).toBeGreaterThan(20_000);
    expect(source.bodies().slice(0, -1)).toEqual(lines.slice(0, count - 1));
    source.ahead += 6 * 60_000_000;
    await source.open(0); // only a file that is read to its end is closed; one that is to be tried again stays open
    const metrics = await source.telemetry.registry.metrics();
    expect(metrics).toContain('logwarren_source_file_failures_total{what="read"} 1');
  });

  it('reads a file that was truncated from its beginning', async () => {
    await writeFile(path('a.log'), 'a1\na2 is longer\n');
    const source = await follow('a.log');
    await source.read(2);
    await writeFile(path('a.log'), 'b1\n');
    await source.read(3);
    expect(source.bodies()).toEqual(['a1', 'a2 is longer', 'b1']);
    await source.told('truncated');
  });

  it('skips the NULs that a writer leaves who does not append, however many, and says so once', async () => {
    const writer = openSync(path('a.log'), 'w');
    writeSync(writer, `a1 ${'x'.repeat(2_000)}\n`.repeat(2_000));
    const source = await follow('a.log');
    await source.read(2_000);
    truncateSync(path('a.log'));
    writeSync(writer, 'b1\n');
    await source.read(2_001);
    closeSync(writer);
    const bytes = 2_000 * 2_004;
    expect(source.bodies().at(-1)).toBe('b1');
    expect(source.logged.filter(({ msg }) => String(msg).startsWith('skipped NUL'))).toMatchObject([{ bytes }]);
    const metrics = await source.telemetry.registry.metrics();
    expect(metrics).toContain(`logwarren_source_skipped_nul_bytes_total ${bytes}`);
  });

  it('reads a line that is longer than a block, and keeps its beginning', async () => {
    const long = 'x'.repeat(3_000_000);
    await writeFile(path('a.log'), `one\n${long}\ntwo\n`);
    const source = await follow('a.log');
    await source.read(3);
    const [first, second, third] = source.publisher.records;
    expect([first?.body, third?.body]).toEqual(['one', 'two']);
    expect(second?.body.length).toBeGreaterThan(250_000);
    expect(second?.attributes['truncated_from']).toBe(3_000_000);
  });

  it('tells of a pattern without a file and of one that is no regular file, and goes on', async () => {
    await mkdir(path('folder'));
    await writeFile(path('a.log'), 'a1\n');
    const source = await follow(`none-*,${path('folder')},${path('a.log')}`);
    await source.read(1);
    expect(source.logged).toContainEqual(expect.objectContaining({ pattern: path('none-*'), level: 'warn' }));
    expect(source.bodies()).toEqual(['a1']);
  });

  it('warns once of a file with lines that are too old', async () => {
    await writeFile(path('old.log'), '1999-01-01 00:00:00 shop INFO x\n'.repeat(3) + 'new\n');
    const source = await follow('old.log');
    await source.read(1);
    expect(source.bodies()).toEqual(['new']);
    expect(source.logged.filter(({ msg }) => String(msg).includes('older than the retention'))).toMatchObject([
      { lines: 3 },
    ]);
  });
});

describeWithCorpora('real logs (skipped where ../shared/corpora is absent)', () => {
  it('makes every line a record, with the same body, in the order of the file', async () => {
    const patterns = ['loghub/*/*.log', 'elastic-examples/*.log'].map((pattern) => join(CORPORA, pattern));
    const { paths } = await findFiles(patterns);
    expect(paths.length).toBeGreaterThan(8);
    const folder = await mkdtemp(join(tmpdir(), 'file-source-'));
    const source = await new FileSourceLife(folder, patterns.join(',')).start();
    try {
      const linesOf = (path: string): string[] =>
        readFileSync(path, 'utf8')
          .split('\n')
          .map((line) => line.replace(/\r$/, ''))
          .filter((line) => line !== '');
      await source.read(paths.reduce((sum, path) => sum + linesOf(path).length, 0));
      for (const path of paths) {
        const records = source.publisher.records
          .filter(({ service }) => service === basename(path))
          .sort((a, b) => a.timestamp - b.timestamp); // packs of several severities came one after the other
        expect(records.map(({ body }) => body)).toEqual(linesOf(path));
        expect(new Set(records.map(({ timestamp }) => timestamp)).size).toBe(records.length);
      }
    } finally {
      await source.stop();
      await rm(folder, { recursive: true });
    }
  });
});
