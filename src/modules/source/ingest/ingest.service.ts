import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../../../config/config';
import { CONFIG } from '../../../config/config.module';
import { ApiError } from '../../../http/api-error';
import type { LogRecord } from '../../../log/log-record';
import type { PackKey } from '../../../log/pack-key';
import { type TimeZone, zoneFor } from '../../../log/time-zone';
import type { Clock } from '../../../log/timestamp';
import { RecordPublisher } from '../../../messaging/record-publisher';
import { SourceEvents } from '../../../telemetry/source-events';
import { CLOCK } from '../../../telemetry/telemetry.module';
import { RecordReader } from '../record-reader';
import { type IdempotencyKey, idempotencyKeyOf, packKeyOf } from './idempotency-key';
import { type IngestAnswer, unreadable } from './ingest-answer';
import type { IngestQuery } from './ingest-query';
import { type ParsedBody, parseBody } from './parse-body';
import { publishInTime } from './publish-in-time';
import { discardRest, readBody } from './read-body';
import { ReadingBudget, type Share } from './reading-budget';
import { requestDefaults } from './request-defaults';
import { UnreadableBody } from './unreadable-body';

/** A refused client may go on sending so many times what is allowed before it is cut off. */
const PATIENCE = 4;

/** Takes what a request holds to the broker: all of it is read before anything is published. */
@Injectable()
export class IngestService {
  private readonly budget: ReadingBudget;
  private readonly zone: TimeZone | null;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly publisher: RecordPublisher,
    private readonly events: SourceEvents,
  ) {
    this.budget = new ReadingBudget(config.source.maxInFlightBytes);
    this.zone = zoneFor(config.source.timezone);
  }

  /**
   * Resolves once the broker has confirmed every record of the request. Throws ApiError: `broker_unavailable`,
   * `too_busy`, `too_large`, `unsupported` or `invalid_parameter`; only after the first may something be stored.
   */
  async ingest(request: IncomingMessage, query: IngestQuery): Promise<IngestAnswer> {
    const share = this.budget.open();
    try {
      this.refuseWhatCannotBeTaken();
      const key = idempotencyKeyOf(request.headers, this.config.retention, this.clock());
      const { parsed, packKey } = await this.read(request, query, key, share);
      if (parsed.records.length > 0) {
        this.refuseWhatCannotBeTaken(); // things may have changed while the body arrived
        await this.publish(parsed.records, packKey);
      }
      for (const [reason, count] of parsed.rejected) this.events.itemsRejected('http', reason, count);
      return { accepted: parsed.records.length, rejected: parsed.rejectedCount, errors: parsed.errors };
    } catch (error) {
      if (!request.readableEnded) discardRest(request, PATIENCE * this.config.source.maxBodyBytes);
      if (error instanceof UnreadableBody) {
        this.events.itemsRejected('http', 'malformed', 1);
        return unreadable(error.message);
      }
      if (error instanceof ApiError) this.events.requestRefused(error.code, error.message);
      throw error;
    } finally {
      share.release();
    }
  }

  private refuseWhatCannotBeTaken(): void {
    if (!this.publisher.isConnected) {
      throw new ApiError('broker_unavailable', 'The broker cannot be reached; nothing of this request was sent on');
    }
    if (this.publisher.isFull) {
      throw new ApiError('too_busy', 'Too much is waiting for the broker; nothing of this request was sent on');
    }
  }

  private async read(
    request: IncomingMessage,
    query: IngestQuery,
    key: IdempotencyKey | null,
    share: Share,
  ): Promise<{ parsed: ParsedBody; packKey: PackKey | null }> {
    const defaults = requestDefaults(query, request.headers, this.config.source.service);
    const body = await readBody(request, this.config.source, share);
    this.events.bytesRead('http', body.length);
    const reader = new RecordReader(defaults, this.config.retention, { zone: this.zone });
    // With a key every try reads the same, so that it makes the same records.
    const parsed = await parseBody(body, request.headers['content-type'], reader, key?.time ?? this.clock());
    this.events.severitiesUnknown('http', reader.unknownSeverities);
    return { parsed, packKey: key === null ? null : await packKeyOf(key, body) };
  }

  private async publish(records: readonly LogRecord[], key: PackKey | null): Promise<void> {
    const { confirmTimeoutMs } = this.config.source;
    const onConfirmed = (count: number): void => this.events.recordsConfirmed('http', count);
    try {
      await publishInTime(this.publisher, { records, key }, confirmTimeoutMs, onConfirmed);
    } catch (error) {
      // Either the time is over or the process stops; the client can do the same about both.
      this.events.requestUnconfirmed(records.length, error);
      throw new ApiError(
        'broker_unavailable',
        `The broker did not confirm all of the ${records.length} records within ${confirmTimeoutMs} ms. Those that it ` +
          'took may still be stored, once each; sending the request again ' +
          (key === null ? 'may store them a second time' : 'with the same Idempotency-Key stores none of them twice'),
      );
    }
  }
}
