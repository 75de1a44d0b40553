import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ApiErrors } from '../../http/error-response';
import { InvalidParameters } from '../../http/invalid-parameters';
import { DeadLetterCursorInvalid, DeadLetters } from '../../storage/dead-letters';
import { whenClientGoes } from './client-gone';
import { deadLetterAnswer, DeadLettersAnswer } from './dead-letter-answers';
import { DEFAULT_LETTERS, DeadLettersQuery } from './dead-letters-query';
import { SearchRunner } from './search-runner';

/** Shows what was delivered and could not be understood or stored. */
@ApiTags('dead letters')
@Controller('api/v1/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly deadLetters: DeadLetters,
    private readonly runner: SearchRunner,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List dead letters',
    description: 'Newest first, with the reason and the first MiB of the original bytes. Kept as long as records are.',
  })
  @ApiOkResponse({ description: 'A page of dead letters.', type: DeadLettersAnswer })
  @ApiErrors(400, 401, 429, 503)
  async list(
    @Query() { limit = DEFAULT_LETTERS, cursor }: DeadLettersQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DeadLettersAnswer> {
    return this.runner.run('dead_letters', whenClientGoes(response), async () => {
      const { deadLetters, nextCursor } = await this.deadLetters
        .list({ limit, cursor: cursor ?? null })
        .catch((error: unknown) => {
          throw error instanceof DeadLetterCursorInvalid ? refusalOf(cursor) : error;
        });
      return { answer: { deadLetters: deadLetters.map(deadLetterAnswer), nextCursor } };
    });
  }
}

function refusalOf(cursor: string | undefined): InvalidParameters {
  const allowed = 'the nextCursor of an answer, as it stands there';
  return new InvalidParameters([{ parameter: 'cursor', given: cursor, allowed }]);
}
