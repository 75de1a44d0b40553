import { Inject, Injectable } from '@nestjs/common';
import { type Clock, SECOND_US } from '../../log/timestamp';
import { LogStore } from '../../storage/append';
import { newId } from '../../storage/chunk-id';
import { deadLetterOf } from '../../storage/dead-letter';
import { DeadLetters } from '../../storage/dead-letters';
import { encodeChunk } from '../../storage/encode-chunk';
import { CollectorEvents } from '../../telemetry/collector-events';
import { CLOCK } from '../../telemetry/telemetry.module';
import type { GatherStore, RejectedFrom, Unit, UnitOutcome } from './write-gather';

/** Writes gathers as chunks and dead letters. */
@Injectable()
export class ChunkGatherStore implements GatherStore {
  constructor(
    private readonly store: LogStore,
    private readonly deadLetters: DeadLetters,
    private readonly events: CollectorEvents,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  prepareUnits(units: readonly Unit[]): () => Promise<readonly UnitOutcome[]> {
    const chunks = units.map(({ part }) => encodeChunk(part, newId));
    return async () => {
      const startedAt = this.clock();
      const outcomes = await this.store.append(chunks);
      const stored = chunks.filter((_, i) => outcomes[i]?.status === 'stored');
      const records = stored.reduce((sum, { count }) => sum + count, 0);
      const known = outcomes.filter(({ status }) => status === 'duplicate').length;
      this.events.written(records, known, (this.clock() - startedAt) / SECOND_US);
      return outcomes.map((outcome) =>
        outcome.status === 'refused' ? { isStored: false, why: outcome.message } : { isStored: true },
      );
    };
  }

  prepareRejects(rejects: readonly RejectedFrom[]): () => Promise<void> {
    const documents = rejects.map(({ reject, message }) => deadLetterOf(reject, message, this.clock(), newId));
    return async () => {
      await this.deadLetters.add(documents);
      for (const { reject, message } of rejects)
        this.events.deadLetter(reject.reason, message.routingKey, reject.message);
    };
  }
}
