import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ApiErrors } from '../../http/error-response';
import { NoParameters } from '../../http/no-parameters';
import { whenClientGoes } from './client-gone';
import { HistogramAnswer, LogsAnswer, OneRecordAnswer } from './search-answers';
import { HistogramQuery, LogsQuery } from './search-query';
import { SearchService } from './search.service';

const EXAMPLE_ID = '1AAZg7W5EgAAEiVfcGk8XDpMzB0iKY2hlY2tvdXQ';

/** Finds records. Ids have at least 24 characters, so words such as `histogram` never collide with one. */
@ApiTags('logs')
@Controller('api/v1/logs')
export class LogsController {
  constructor(private readonly search: SearchService) {}

  @Get()
  @ApiOperation({
    summary: 'Search records',
    description:
      'A page of records in the order of time, service, severity and content. The first page pins the range: following ' +
      '`nextCursor` gives every record stored when the first page was answered exactly once, unless it expires meanwhile.',
  })
  @ApiOkResponse({ description: 'A page of records.', type: LogsAnswer })
  @ApiErrors(400, 401, 429, 503)
  find(@Query() query: LogsQuery, @Res({ passthrough: true }) response: Response): Promise<LogsAnswer> {
    return this.search.page(query, whenClientGoes(response));
  }

  @Get('histogram')
  @ApiOperation({
    summary: 'Count records over time',
    description:
      'Buckets add up to what paging through the same filters returns. With an open end the last bucket holds now, or the ' +
      'newest record when that is later. At most 2,000 buckets.',
  })
  @ApiOkResponse({ description: 'Records in each bucket of time.', type: HistogramAnswer })
  @ApiErrors(400, 401, 429, 503)
  histogram(@Query() query: HistogramQuery, @Res({ passthrough: true }) response: Response): Promise<HistogramAnswer> {
    return this.search.histogram(query, whenClientGoes(response));
  }

  @Get(':id')
  @NoParameters()
  @ApiOperation({ summary: 'Get one record', description: 'A link to a record works for as long as it is kept.' })
  @ApiParam({ name: 'id', description: 'The `id` of a record.', example: EXAMPLE_ID })
  @ApiOkResponse({ description: 'The record.', type: OneRecordAnswer })
  @ApiErrors(400, 401, 404, 429, 503)
  record(@Param('id') id: string, @Res({ passthrough: true }) response: Response): Promise<OneRecordAnswer> {
    return this.search.record(id, whenClientGoes(response));
  }
}
