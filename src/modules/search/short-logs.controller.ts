import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ApiErrors } from '../../http/error-response';
import { whenClientGoes } from './client-gone';
import { LogsAnswer } from './search-answers';
import { ServiceLogsQuery, SeverityLogsQuery } from './search-query';
import { SearchService } from './search.service';

const ApiService = (): MethodDecorator =>
  ApiParam({ name: 'service', description: 'The service, percent-encoded.', example: 'checkout' });

/** The same searches as `GET /api/v1/logs`, by the short path. */
@ApiTags('logs')
@Controller('logs')
export class ShortLogsController {
  constructor(private readonly search: SearchService) {}

  @Get(':service')
  @ApiOperation({ summary: 'Search the records of a service', description: 'As `GET /api/v1/logs?service=...`.' })
  @ApiService()
  @ApiOkResponse({ description: 'A page of records.', type: LogsAnswer })
  @ApiErrors(400, 401, 429, 503)
  ofService(
    @Param('service') service: string,
    @Query() query: ServiceLogsQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LogsAnswer> {
    return this.search.page({ ...query, service: [service] }, whenClientGoes(response));
  }

  @Get(':service/:severity')
  @ApiOperation({
    summary: 'Search the records of a service and severity',
    description: 'As `GET /api/v1/logs?service=...&severity=...`.',
  })
  @ApiService()
  @ApiParam({ name: 'severity', description: 'A severity or an alias, or a comma list of them.', example: 'error' })
  @ApiOkResponse({ description: 'A page of records.', type: LogsAnswer })
  @ApiErrors(400, 401, 429, 503)
  ofSeverity(
    @Param('service') service: string,
    @Param('severity') severity: string,
    @Query() query: SeverityLogsQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LogsAnswer> {
    return this.search.page({ ...query, service: [service], severity: [severity] }, whenClientGoes(response));
  }
}
