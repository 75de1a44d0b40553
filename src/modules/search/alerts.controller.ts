import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { AlertCursorInvalid, AlertReader } from '../../alerts/alert-reader';
import { ApiErrors } from '../../http/error-response';
import { InvalidParameters } from '../../http/invalid-parameters';
import { alertAnswer, AlertsAnswer } from './alert-answers';
import { AlertsQuery, DEFAULT_ALERTS } from './alerts-query';
import { whenClientGoes } from './client-gone';
import { readServices } from './filter-parameters';
import { SearchRunner } from './search-runner';

/** Shows the alerts of the monitors. */
@ApiTags('alerts')
@Controller('api/v1/alerts')
export class AlertsController {
  constructor(
    private readonly reader: AlertReader,
    private readonly runner: SearchRunner,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List alerts',
    description: 'Current and past, the one that began last first. Past ones are kept as long as records are.',
  })
  @ApiOkResponse({ description: 'A page of alerts.', type: AlertsAnswer })
  @ApiErrors(400, 401, 429, 503)
  async list(
    @Query() { status: statuses = [], service: services = [], limit = DEFAULT_ALERTS, cursor }: AlertsQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AlertsAnswer> {
    const names = readServices(services);
    return this.runner.run('alerts', whenClientGoes(response), async () => {
      const { alerts, nextCursor } = await this.reader
        .list({ statuses, services: names, limit, cursor: cursor ?? null })
        .catch((error: unknown) => {
          throw error instanceof AlertCursorInvalid ? refusalOf(cursor) : error;
        });
      return { answer: { alerts: alerts.map(alertAnswer), nextCursor } };
    });
  }
}

function refusalOf(cursor: string | undefined): InvalidParameters {
  const allowed = 'the nextCursor of an answer, as it stands there';
  return new InvalidParameters([{ parameter: 'cursor', given: cursor, allowed }]);
}
