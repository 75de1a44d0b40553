import { addAbortSignal, type Readable } from 'node:stream';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { LineInputReader } from './lines/line-input';

/** Injects the stream that stands for standard input. */
export const STDIN = Symbol('Stdin');

/** Reads standard input to its end, in the background; the process goes on afterwards. */
@Injectable()
export class StdinSource implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    /** A function, because merely touching process.stdin opens it. */
    @Inject(STDIN) private readonly stdin: () => Readable,
    private readonly inputs: LineInputReader,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.source.stdin) return;
    const { signal } = this.stopping;
    const chunks = untilAborted(this.stdin(), signal);
    const service = this.config.source.service ?? 'stdin';
    this.running = this.inputs.read({ kind: 'stdin', name: 'stdin', service, chunks }, signal);
  }

  /** Stops reading. What was read, an unfinished last line included, is with the publisher when this resolves. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }
}

/** The chunks of a stream; an abort is an end like any other, because nobody can read standard input again. */
async function* untilAborted(stream: Readable, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of addAbortSignal(signal, stream)) yield toBuffer(chunk);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function toBuffer(chunk: unknown): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
}
