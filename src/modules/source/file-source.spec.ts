import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { eventually } from '../../../test/support/eventually';
import { type LogLine, memoryTelemetry } from '../../../test/support/http-app';
import { RecordingPublisher } from '../../../test/support/recording-publisher';
import { loadConfig } from '../../config/config';
import { parseIsoTime } from '../../log/timestamp';
import { SourceEvents } from '../../telemetry/source-events';
import { FileSource } from './file-source';
import { findFiles } from './find-files';
import { LineInputReader } from './lines/line-input';

const NOW = parseIsoTime('2026-11-23 12:00:00')?.timestamp ?? NaN;
const CORPORA = join(__dirname, '../../../../shared/corpora');
const describeWithCorpora = existsSync(CORPORA) ? describe : describe.skip;

function setUp(files: string, env: Record<string, string> = {}) {
  const logged: LogLine[] = [];
  const telemetry = memoryTelemetry(logged);
  const events = new SourceEvents(telemetry);
  const config = loadConfig({ SOURCE_FILES: files, ...env });
  const publisher = new RecordingPublisher();
  const clock = () => NOW;
  const source = new FileSource(config, clock, new LineInputReader(config, clock, publisher, events), events);
  const messages = () => logged.map(({ msg }) => msg);
  const readToEnd = async (count: number): Promise<void> => {
    source.onApplicationBootstrap();
    const outcomes = () => messages().filter((msg) => /read to its end/.test(String(msg)));
    await eventually(() => outcomes().length === count);
  };
  return { source, publisher, logged, telemetry, readToEnd };
}

describe('FileSource', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'file-source-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('reads each file to its end, in order, a last line without an end too', async () => {
    await writeFile(join(folder, 'b.log'), 'b1\r\n\nb2');
    await writeFile(join(folder, 'a.log'), '2026-11-23 10:00:00 shop WARN a1\na2\n');
    const { publisher, logged, readToEnd } = setUp(join(folder, '*.log'));
    await readToEnd(2);
    expect(publisher.records.map(({ service, severity, body }) => [service, severity, body])).toEqual([
      ['shop', 'warn', 'a1'],
      ['a.log', 'info', 'a2'],
      ['b.log', 'info', 'b1'],
      ['b.log', 'info', 'b2'],
    ]);
    expect(logged).toContainEqual(
      expect.objectContaining({ name: join(folder, 'b.log'), service: 'b.log', accepted: 2, rejected: 0 }),
    );
  });

  it('takes SOURCE_SERVICE for lines that name no service', async () => {
    await writeFile(join(folder, 'a.log'), 'a1');
    const { publisher, readToEnd } = setUp(join(folder, 'a.log'), { SOURCE_SERVICE: 'shop' });
    await readToEnd(1);
    expect(publisher.records[0]?.service).toBe('shop');
  });

  it('reads an empty file, which holds nothing', async () => {
    await writeFile(join(folder, 'empty.log'), '');
    const { publisher, readToEnd } = setUp(join(folder, 'empty.log'));
    await readToEnd(1);
    expect(publisher.calls).toEqual([]);
  });

  it('tells of a file that cannot be read, and of a pattern without one, and goes on', async () => {
    await mkdir(join(folder, 'folder'));
    await writeFile(join(folder, 'a.log'), 'a1');
    const files = ['folder', 'none-*', 'a.log'].map((name) => join(folder, name)).join(',');
    const { publisher, logged, telemetry, readToEnd } = setUp(files);
    await readToEnd(2);
    expect(publisher.records.map(({ body }) => body)).toEqual(['a1']);
    expect(logged).toContainEqual(expect.objectContaining({ name: join(folder, 'folder'), level: 'error' }));
    expect(logged).toContainEqual(expect.objectContaining({ pattern: join(folder, 'none-*'), level: 'warn' }));
    const metrics = await telemetry.registry.metrics();
    expect(metrics).toContain('logwarren_source_inputs_total{input="file",outcome="failed"} 1');
    expect(metrics).toContain('logwarren_source_inputs_total{input="file",outcome="read"} 1');
  });

  it('warns once a file of lines that are too old', async () => {
    await writeFile(join(folder, 'old.log'), '1999-01-01 00:00:00 shop INFO x\n'.repeat(3) + 'new\n');
    const { publisher, logged, readToEnd } = setUp(join(folder, 'old.log'));
    await readToEnd(1);
    expect(publisher.records.map(({ body }) => body)).toEqual(['new']);
    expect(logged.filter(({ msg }) => String(msg).includes('older than the retention'))).toMatchObject([{ lines: 3 }]);
  });

  it('waits while there is no room, and hands over what was read when the process stops', async () => {
    await writeFile(join(folder, 'large.log'), 'line of text\n'.repeat(200_000));
    const { source, publisher, logged } = setUp(join(folder, 'large.log'));
    publisher.fill();
    source.onApplicationBootstrap();
    await eventually(() => logged.some(({ msg }) => String(msg).startsWith('reading the files')));
    expect(publisher.calls).toEqual([]);
    await source.beforeApplicationShutdown();
    const taken = publisher.records.length;
    expect(taken).toBeLessThan(200_000);
    expect(new Set(publisher.records.map(({ body }) => body)).size).toBeLessThanOrEqual(1); // no line cut in two
    expect(logged).toContainEqual(expect.objectContaining({ lines: taken, level: 'warn' }));
  });
});

describeWithCorpora('real logs (skipped where ../shared/corpora is absent)', () => {
  it('makes every line a record, with the same body, in the order of the file', async () => {
    const patterns = ['loghub/*/*.log', 'elastic-examples/*.log'].map((pattern) => join(CORPORA, pattern));
    const { paths } = await findFiles(patterns);
    expect(paths.length).toBeGreaterThan(8);
    const { publisher, readToEnd } = setUp(patterns.join(','));
    await readToEnd(paths.length);
    for (const path of paths) {
      const lines = readFileSync(path, 'utf8')
        .split('\n')
        .map((line) => line.replace(/\r$/, ''));
      const records = publisher.records.filter(({ service }) => service === basename(path));
      expect(records.map(({ body }) => body)).toEqual(lines.filter((line) => line !== ''));
      const times = records.map(({ timestamp }) => timestamp);
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
    }
  });
});
