import type { RetentionPolicy } from '../../../log/retention-policy';
import type { StreamClockState } from '../../../log/stream-clock';
import type { Clock } from '../../../log/timestamp';
import type { RecordPublisher } from '../../../messaging/record-publisher';
import type { FileEvents } from '../../../telemetry/file-events';
import { roomFor } from '../room';
import { type Block, policyOf, type ReadingRules, writtenPolicy } from './block';
import { type BlockContent, readBlock } from './read-block';
import type { KnownFile } from './source-state';
import type { Journal } from './state-journal';

type Chunks = Iterable<Buffer> | AsyncIterable<Buffer>;

/** The process stops; what was not sent is sent after the next start. */
export class Stopping extends Error {}

/**
 * Takes blocks to the broker: each is written down before anything of it is sent, and again once the broker has confirmed
 * all of it. A block that was written down and never confirmed is sent again after the next start.
 */
export class BlockSender {
  private readonly inFlight = new Set<string>();

  constructor(
    private readonly journal: Journal,
    private readonly publisher: RecordPublisher,
    private readonly retention: RetentionPolicy,
    private readonly clock: Clock,
    private readonly newId: (timeUs: number) => string,
    private readonly events: FileEvents,
    private readonly stopping: AbortSignal,
  ) {}

  /**
   * Sends a new block, and resolves with the clock of its stream after it once the publisher has it, which is before it
   * is confirmed. Rejects with {@link Stopping}, and with what reading the chunks rejects with: nothing was sent then.
   */
  async send(
    file: KnownFile,
    range: { readonly from: number; readonly to: number },
    clock: StreamClockState,
    rules: ReadingRules,
    chunks: Chunks,
  ): Promise<StreamClockState> {
    await this.room();
    const time = this.clock();
    const retention = writtenPolicy(this.retention);
    const block: Block = { id: this.newId(time), ...range, time, clock, rules, retention };
    const content = await readBlock(block, chunks, this.retention);
    await this.journal.append({ kind: 'block', file: file.id, block }, true);
    this.publish(file, block, content);
    return content.clock;
  }

  /** Sends a block of before the last stop, as it was; null where its bytes are gone, so that it cannot be sent. */
  async sendAgain(file: KnownFile, block: Block, chunks: Chunks): Promise<StreamClockState | null> {
    await this.room();
    let bytes = 0;
    const counted = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        yield chunk;
      }
    };
    const content = await readBlock(block, counted(), policyOf(block, this.retention));
    if (bytes < block.to - block.from) {
      this.giveUp(file, block);
      return null;
    }
    this.events.blockSentAgain(content.records);
    this.publish(file, block, content);
    return content.clock;
  }

  /** Whether a block is on its way to the broker. */
  isInFlight(block: Block): boolean {
    return this.inFlight.has(block.id);
  }

  /** Tells that the bytes of a block are gone, and forgets it. */
  giveUp(file: KnownFile, block: Block): void {
    this.events.blockLost(file.path, block.to - block.from);
    void this.journal.append({ kind: 'done', file: file.id, block: block.id, clock: block.clock }, false);
  }

  /** Tells that NUL bytes were passed over: they are in no block. */
  holeSkipped(file: KnownFile, bytes: number): void {
    this.events.holeSkipped(file.path, bytes);
  }

  /** Tells that an archive cannot be read on. */
  archiveDamaged(file: KnownFile, error: unknown): void {
    this.events.archiveDamaged(file.path, error);
  }

  /** Writes down what has changed about a file. */
  note(file: KnownFile): void {
    void this.journal.append({ kind: 'file', file }, false);
  }

  private async room(): Promise<void> {
    await roomFor(this.publisher, this.stopping);
    if (this.stopping.aborted) throw new Stopping('the process stops');
  }

  private publish(file: KnownFile, block: Block, content: BlockContent): void {
    this.events.blockRead(block.to - block.from, content);
    const { records, clock, rejected, firstTooOld } = content; // what waits for the confirm must not keep the packs
    if (firstTooOld !== null) this.events.tooOld(file.path, rejected.get('too_old') ?? 0, firstTooOld);
    this.inFlight.add(block.id);
    void this.publisher
      .publishPacks(content.packs)
      .then(
        () => {
          this.events.blockConfirmed(records);
          void this.journal.append({ kind: 'done', file: file.id, block: block.id, clock }, false);
        },
        (error: unknown) => this.events.blockUnconfirmed(records, error),
      )
      .finally(() => this.inFlight.delete(block.id));
  }
}
