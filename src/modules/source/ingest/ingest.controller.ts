import { Controller, HttpStatus, Post, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { IngestAnswer } from './ingest-answer';
import { DocumentedIngest } from './ingest-document';
import { IngestQuery } from './ingest-query';
import { IngestService } from './ingest.service';

/** Where logs come in over HTTP. */
@Controller('ingest')
export class IngestController {
  constructor(private readonly ingest: IngestService) {}

  @Post()
  @DocumentedIngest()
  async post(
    @Req() request: Request,
    @Query() query: IngestQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<IngestAnswer> {
    const answer = await this.ingest.ingest(request, query);
    const isAllRejected = answer.accepted === 0 && answer.rejected > 0;
    response.status(isAllRejected ? HttpStatus.BAD_REQUEST : HttpStatus.OK);
    return answer;
  }
}
