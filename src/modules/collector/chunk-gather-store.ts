import { Inject, Injectable } from '@nestjs/common';
import type { Part } from '../../log/decode-message';
import { type Clock, SECOND_US } from '../../log/timestamp';
import { LogStore } from '../../storage/append';
import type { Chunk } from '../../storage/chunk';
import { newId } from '../../storage/chunk-id';
import { deadLetterOf } from '../../storage/dead-letter';
import { DeadLetters } from '../../storage/dead-letters';
import { encodeChunk } from '../../storage/encode-chunk';
import { CollectorEvents } from '../../telemetry/collector-events';
import { CLOCK } from '../../telemetry/telemetry.module';
import type { ChunkOutcome, GatherStore, RejectedFrom } from './write-gather';

/** A part as a chunk with an id of its own. */
export const encodePart = (part: Part): Chunk => encodeChunk(part, newId);

/** Writes gathers as chunks and dead letters. */
@Injectable()
export class ChunkGatherStore implements GatherStore {
  readonly encode = encodePart;

  constructor(
    private readonly store: LogStore,
    private readonly deadLetters: DeadLetters,
    private readonly events: CollectorEvents,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async append(chunks: readonly Chunk[]): Promise<readonly ChunkOutcome[]> {
    const startedAt = this.clock();
    const outcomes = await this.store.append(chunks);
    const stored = chunks.filter((_, i) => outcomes[i]?.status === 'stored');
    const records = stored.reduce((sum, { count }) => sum + count, 0);
    const known = outcomes.filter(({ status }) => status === 'duplicate').length;
    for (const { severity, count } of stored) this.events.stored(severity, count);
    this.events.written(records, known, (this.clock() - startedAt) / SECOND_US);
    return outcomes.map((outcome) =>
      outcome.status === 'refused' ? { isStored: false, why: outcome.message } : { isStored: true },
    );
  }

  prepareRejects(rejects: readonly RejectedFrom[]): () => Promise<void> {
    const documents = rejects.map(({ reject, message }) => deadLetterOf(reject, message, this.clock(), newId));
    return async () => {
      await this.deadLetters.add(documents);
      this.events.deadLettersKept(
        rejects.map(({ reject, message }) => ({
          reason: reject.reason,
          routingKey: message.routingKey,
          why: reject.message,
        })),
      );
    };
  }
}
