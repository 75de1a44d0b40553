import type { LogRecord } from '../../../log/log-record';
import type { RejectReason } from '../../../log/reject';
import type { Clock } from '../../../log/timestamp';
import type { HandOver } from '../hand-over';
import type { RecordReader } from '../record-reader';
import { isRefused } from '../refused-item';
import { type Line, LineSplitter } from './line-splitter';

/**
 * Reads lines to their end and hands their records over, in order; chunk after chunk, so that memory stays small and a
 * full publisher slows the reading. Counts as it goes.
 */
export class LineStream {
  lines = 0;
  bytes = 0;
  accepted = 0;
  readonly rejected = new Map<RejectReason, number>();
  /** What the first line that was older than the retention was told. */
  firstTooOld: string | null = null;

  constructor(
    private readonly reader: RecordReader,
    private readonly handOver: HandOver,
    private readonly clock: Clock,
  ) {}

  /** @param afterChunk called when a chunk was handed over. Resolves at the end of the chunks, before the last confirm. */
  async read(chunks: AsyncIterable<Buffer>, afterChunk: (bytes: number) => void): Promise<void> {
    const splitter = new LineSplitter();
    for await (const chunk of chunks) {
      await this.take(splitter.push(chunk));
      this.bytes += chunk.length;
      afterChunk(chunk.length);
    }
    await this.take(splitter.end());
  }

  private async take(lines: readonly Line[]): Promise<void> {
    const now = this.clock();
    const records: LogRecord[] = [];
    for (const line of lines) {
      const record = this.reader.readLine(line, now);
      if (!isRefused(record)) records.push(record);
      else {
        this.rejected.set(record.reason, (this.rejected.get(record.reason) ?? 0) + 1);
        if (record.reason === 'too_old') this.firstTooOld ??= record.message;
      }
    }
    this.lines += lines.length;
    this.accepted += records.length;
    await this.handOver.add(records);
  }
}
