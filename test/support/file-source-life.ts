import { join } from 'node:path';
import { loadConfig } from '../../src/config/config';
import { FileSource } from '../../src/modules/source/file-source';
import { FileEvents } from '../../src/telemetry/file-events';
import { SourceEvents } from '../../src/telemetry/source-events';
import { eventually } from './eventually';
import { type LogLine, memoryTelemetry } from './http-app';
import { RecordingPublisher } from './recording-publisher';

/** A file source as the program makes it, over real files; every life of it shares the state file. */
export class FileSourceLife {
  readonly logged: LogLine[] = [];
  readonly telemetry = memoryTelemetry(this.logged);
  readonly publisher = new RecordingPublisher();
  /** How far its clock is ahead of ours, microseconds. */
  ahead = 0;
  /** A test may put another one in its place. */
  clock = (): number => Date.now() * 1_000 + this.ahead;
  private readonly source: FileSource;

  constructor(folder: string, files: string, env: Record<string, string> = {}) {
    const config = loadConfig({
      SOURCE_FILES: files,
      DATA_DIR: join(folder, '.state'),
      SOURCE_SCAN_MS: '20',
      SOURCE_MULTILINE_WAIT_MS: '30',
      SOURCE_LAST_LINE_WAIT_MS: '60',
      ...env,
    });
    const events = new FileEvents(this.telemetry, new SourceEvents(this.telemetry));
    this.source = new FileSource(config, () => this.clock(), this.publisher, events);
  }

  async start(): Promise<this> {
    await this.source.onApplicationBootstrap();
    return this;
  }

  async stop(): Promise<void> {
    await this.source.beforeApplicationShutdown();
    await this.source.onApplicationShutdown();
  }

  bodies(service?: string): string[] {
    const all = this.publisher.records.filter((record) => service === undefined || record.service === service);
    return [...all].sort((a, b) => a.timestamp - b.timestamp).map(({ body }) => body);
  }

  read(count: number): Promise<unknown> {
    // Hundreds of files on a busy machine take their time.
    const timeoutMs = 30_000;
    return eventually(() => this.publisher.records.length >= count, { timeoutMs, describe: `${count} records read` });
  }

  /** Resolves once so many files are open. */
  open(count: number): Promise<unknown> {
    const line = `\nlogwarren_source_files_followed ${count}\n`;
    return eventually(async () => (await this.telemetry.registry.metrics()).includes(line), { describe: line });
  }

  told(text: string): Promise<LogLine> {
    return eventually(() => this.logged.find(({ msg }) => String(msg).includes(text)), { describe: text });
  }
}
