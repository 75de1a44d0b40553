import { PassThrough, Readable } from 'node:stream';
import { eventually } from '../../../test/support/eventually';
import { type LogLine, memoryTelemetry } from '../../../test/support/http-app';
import { RecordingPublisher } from '../../../test/support/recording-publisher';
import { loadConfig } from '../../config/config';
import { SourceEvents } from '../../telemetry/source-events';
import { LineInputReader } from './lines/line-input';
import { StdinSource } from './stdin-source';

function setUp(stdin: () => Readable, env: Record<string, string> = { SOURCE_STDIN: 'true' }) {
  const logged: LogLine[] = [];
  const config = loadConfig(env);
  const publisher = new RecordingPublisher();
  const inputs = new LineInputReader(
    config,
    () => 1_795_435_200_000_000,
    publisher,
    new SourceEvents(memoryTelemetry(logged)),
  );
  const bodies = () => publisher.records.map(({ body }) => body);
  return { source: new StdinSource(config, stdin, inputs), publisher, logged, bodies };
}

describe('StdinSource', () => {
  it('reads lines as they come, and the last one at the end', async () => {
    const stdin = new PassThrough();
    const { source, publisher, logged, bodies } = setUp(() => stdin);
    source.onApplicationBootstrap();
    stdin.write('one\ntw');
    await eventually(() => bodies().length === 1);
    stdin.end('o');
    await eventually(() => logged.some(({ msg }) => String(msg).startsWith('read to its end')));
    expect(bodies()).toEqual(['one', 'two']);
    expect(publisher.records[0]?.service).toBe('stdin');
  });

  it('hands over what was read when the process stops, an unfinished line too', async () => {
    const stdin = new PassThrough();
    const { source, bodies } = setUp(() => stdin);
    source.onApplicationBootstrap();
    stdin.write('one\n');
    stdin.write('unfinished');
    await eventually(() => bodies().length === 1 && stdin.readableLength === 0);
    await source.beforeApplicationShutdown();
    expect(bodies()).toEqual(['one', 'unfinished']);
  });

  it('tells that it failed', async () => {
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from('one\n');
        throw new Error('EIO');
      })(),
    );
    const { source, logged, bodies } = setUp(() => failing);
    source.onApplicationBootstrap();
    await eventually(() => logged.some(({ level }) => level === 'error'));
    expect(bodies()).toEqual(['one']);
  });

  it('does not touch standard input unless asked to', async () => {
    const { source } = setUp(() => {
      throw new Error('unexpected: standard input was opened');
    }, {});
    source.onApplicationBootstrap();
    await source.beforeApplicationShutdown();
  });
});
