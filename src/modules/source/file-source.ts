import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { type Clock, SECOND_US } from '../../log/timestamp';
import { SourceEvents } from '../../telemetry/source-events';
import { CLOCK } from '../../telemetry/telemetry.module';
import { findFiles } from './find-files';
import { LineInputReader } from './lines/line-input';
import type { LineStream } from './lines/line-stream';

/** Large enough that a chunk's own cost does not matter, small beside what may wait for the broker. */
const CHUNK_BYTES = 256 * 1024;
const PROGRESS_EVERY_US = 10 * SECOND_US;

/**
 * Reads the files of SOURCE_FILES once each, from beginning to end, one after the other, in the background. The service
 * of lines that name none is SOURCE_SERVICE, or else the file's name as it is, without its folder. A file that cannot be
 * read does not stop the others. The process goes on afterwards: it is still a source for HTTP.
 */
@Injectable()
export class FileSource implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly inputs: LineInputReader,
    private readonly events: SourceEvents,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.source.files.length > 0) this.running = this.readAll(this.config.source.files);
  }

  /** Stops reading. What was read is with the publisher when this resolves. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async readAll(patterns: readonly string[]): Promise<void> {
    const { paths, patternsWithoutFile, failures } = await findFiles(patterns);
    for (const { pattern, error } of failures) this.events.patternFailed(pattern, error);
    for (const pattern of patternsWithoutFile) this.events.patternMatchesNothing(pattern);
    this.events.filesFound(paths.length);
    for (const path of paths) {
      if (this.stopping.signal.aborted) return;
      await this.readFile(path);
    }
  }

  private async readFile(path: string): Promise<void> {
    const { signal } = this.stopping;
    const file = new FileChunks(path, signal);
    const service = this.config.source.service ?? basename(path);
    const onProgress = this.progressOf(file);
    await this.inputs.read({ kind: 'file', name: path, service, chunks: file.read(), onProgress }, signal);
  }

  /** Says now and then how far a large file is. */
  private progressOf(file: FileChunks): (stream: LineStream) => void {
    let saidAt = this.clock();
    return ({ lines, bytes }) => {
      if (this.clock() - saidAt < PROGRESS_EVERY_US) return;
      saidAt = this.clock();
      const percent = Math.floor((100 * bytes) / Math.max(file.size, bytes)); // a file may grow while it is read
      this.events.fileProgress({ path: file.path, lines, bytes, percent });
    };
  }
}

class FileChunks {
  /** Bytes when it was opened. */
  size = 0;

  constructor(
    readonly path: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Each chunk is the same piece of memory: it is done with before the next one is asked for. */
  async *read(): AsyncGenerator<Buffer> {
    const handle = await open(this.path);
    try {
      this.size = (await handle.stat()).size;
      const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      for (;;) {
        this.signal.throwIfAborted();
        const { bytesRead } = await handle.read(chunk);
        if (bytesRead === 0) return;
        yield chunk.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }
}
