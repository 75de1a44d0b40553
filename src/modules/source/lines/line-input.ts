import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../../config/config';
import { CONFIG } from '../../../config/config.module';
import { NO_ATTRIBUTES } from '../../../log/log-record';
import { zoneFor } from '../../../log/time-zone';
import { type Clock, SECOND_US } from '../../../log/timestamp';
import { RecordPublisher } from '../../../messaging/record-publisher';
import { SourceEvents } from '../../../telemetry/source-events';
import { CLOCK } from '../../../telemetry/telemetry.module';
import { HandOver } from '../hand-over';
import { RecordReader } from '../record-reader';
import { LineStream } from './line-stream';

/** Something that lines come from. */
export interface LineInput {
  readonly kind: 'stdin';
  readonly name: string;
  /** Of lines that name none. */
  readonly service: string;
  /** One chunk may use the memory of the one before. */
  readonly chunks: AsyncIterable<Buffer>;
}

/** Reads inputs made of lines and tells what became of them. */
@Injectable()
export class LineInputReader {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly publisher: RecordPublisher,
    private readonly events: SourceEvents,
  ) {}

  /**
   * Resolves once all that can be read is with the publisher; that it is confirmed is told by an event, later. Never
   * rejects: a failure is an event too. Once `stopping` is aborted, nothing waits for the broker any more.
   */
  async read(input: LineInput, stopping: AbortSignal): Promise<void> {
    const startedAt = this.clock();
    const reader = new RecordReader(
      { service: input.service, severity: null, attributes: NO_ATTRIBUTES },
      this.config.retention,
      { zone: zoneFor(this.config.source.timezone) },
    );
    const handOver = new HandOver(this.publisher, (count) => this.events.recordsConfirmed(input.kind, count), stopping);
    const stream = new LineStream(reader, handOver, this.clock);
    const isWhole = await this.readStream(input, stream, stopping);
    this.tellRejects(input, stream);
    this.events.severitiesUnknown(input.kind, reader.unknownSeverities);
    if (isWhole) void this.tellWhenConfirmed(input, stream, handOver, startedAt);
  }

  private async readStream(input: LineInput, stream: LineStream, stopping: AbortSignal): Promise<boolean> {
    try {
      await stream.read(input.chunks, (bytes) => this.events.bytesRead(input.kind, bytes));
      return true;
    } catch (error) {
      if (stopping.aborted) this.events.inputCutShort(input.kind, input.name, stream.lines);
      else this.events.inputFailed(input.kind, input.name, stream.lines, error);
      return false;
    }
  }

  private tellRejects(input: LineInput, stream: LineStream): void {
    for (const [reason, count] of stream.rejected) this.events.itemsRejected(input.kind, reason, count);
    const tooOld = stream.rejected.get('too_old') ?? 0;
    if (tooOld > 0) this.events.inputHoldsTooOld(input.kind, input.name, tooOld, stream.firstTooOld ?? '');
  }

  private async tellWhenConfirmed(
    { kind, name, service }: LineInput,
    { accepted, lines }: LineStream,
    handOver: HandOver,
    startedAt: number,
  ): Promise<void> {
    try {
      await handOver.allConfirmed();
    } catch (error) {
      this.events.inputUnconfirmed(kind, name, error);
      return;
    }
    const seconds = (this.clock() - startedAt) / SECOND_US;
    this.events.inputRead(kind, name, { service, accepted, rejected: lines - accepted, seconds });
  }
}
