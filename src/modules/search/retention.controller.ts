import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { policyOnReceipt } from '../../expiry/receipt';
import { MAX_GROUPS, ReceiptCursorInvalid, ReceiptPages } from '../../expiry/receipt-pages';
import { ApiErrors } from '../../http/error-response';
import { InvalidParameters } from '../../http/invalid-parameters';
import { NoParameters } from '../../http/no-parameters';
import { ExpiredTally } from '../../log/expired-group';
import { type Clock, formatTimestamp } from '../../log/timestamp';
import { ChunkExpiry } from '../../storage/expire';
import type { ReadBudget } from '../../storage/read-budget';
import { isTimeLimit } from '../../storage/read-snapshot';
import { CLOCK } from '../../telemetry/telemetry.module';
import { whenClientGoes } from './client-gone';
import { DEFAULT_RECEIPTS, ReceiptsQuery } from './receipts-query';
import {
  expiredAnswer,
  groupAnswer,
  policyAnswer,
  PreviewAnswer,
  receiptAnswer,
  ReceiptsAnswer,
} from './retention-answers';
import { SearchRunner } from './search-runner';

/** Shows what retention has removed, and what it would remove now. */
@ApiTags('retention')
@Controller('api/v1/retention')
export class RetentionController {
  constructor(
    private readonly pages: ReceiptPages,
    private readonly chunks: ChunkExpiry,
    private readonly runner: SearchRunner,
    @Inject(CONFIG) private readonly config: Pick<Config, 'retention'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('receipts')
  @ApiOperation({
    summary: 'List the receipts of retention runs',
    description:
      'Newest first: under which policy a run removed how much of which service and severity. Kept 400 days. A run ' +
      'removes chunks whose records have all expired; searches hide single expired records before that.',
  })
  @ApiOkResponse({ description: 'A page of receipts.', type: ReceiptsAnswer })
  @ApiErrors(400, 401, 429, 503)
  async receipts(
    @Query() { limit = DEFAULT_RECEIPTS, cursor }: ReceiptsQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ReceiptsAnswer> {
    return this.runner.run('receipts', whenClientGoes(response), async () => {
      const { receipts, nextCursor } = await this.pages
        .list({ limit, cursor: cursor ?? null })
        .catch((error: unknown) => {
          throw error instanceof ReceiptCursorInvalid ? refusalOf(cursor) : error;
        });
      return { answer: { receipts: receipts.map(receiptAnswer), nextCursor } };
    });
  }

  @Get('preview')
  @NoParameters()
  @ApiOperation({
    summary: 'Show what a retention run would remove now',
    description: 'Under the policy of the process that answers; removes nothing.',
  })
  @ApiOkResponse({ description: 'What a run would remove.', type: PreviewAnswer })
  @ApiErrors(400, 401, 429, 503)
  async preview(@Res({ passthrough: true }) response: Response): Promise<PreviewAnswer> {
    const now = this.clock();
    return this.runner.run('preview', whenClientGoes(response), async ({ budget }) => {
      const tally = new ExpiredTally();
      const isWhole = await this.addUp(tally, now, budget);
      const groups = tally.groups();
      const answer: PreviewAnswer = {
        at: formatTimestamp(now),
        policy: policyAnswer(policyOnReceipt(this.config.retention)),
        total: expiredAnswer(tally.total),
        groups: groups.slice(0, MAX_GROUPS).map(groupAnswer),
        otherGroups: Math.max(0, groups.length - MAX_GROUPS),
        partial: isWhole ? null : { reason: 'time_limit' },
      };
      return { answer, isPartial: !isWhole };
    });
  }

  /** Whether the time was enough. */
  private async addUp(tally: ExpiredTally, now: number, budget: ReadBudget): Promise<boolean> {
    try {
      for await (const chunks of this.chunks.expired(this.config.retention, now, budget.maxTimeMs)) {
        tally.add(chunks);
        if (budget.isOver) return false;
        await budget.pause();
      }
      return true;
    } catch (error) {
      if (!isTimeLimit(error)) throw error;
      return false;
    }
  }
}

function refusalOf(cursor: string | undefined): InvalidParameters {
  const allowed = 'the nextCursor of an answer, as it stands there';
  return new InvalidParameters([{ parameter: 'cursor', given: cursor, allowed }]);
}
