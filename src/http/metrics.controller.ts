import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Telemetry } from '../telemetry/telemetry';
import { ApiErrors } from './error-response';

@ApiTags('operations')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly telemetry: Telemetry) {}

  @Get()
  @ApiOperation({ summary: 'What the process counts', description: 'In the text format of Prometheus.' })
  @ApiProduces('text/plain')
  @ApiOkResponse({
    description: 'Our metrics (`logwarren_...`), those of the process (`process_...`) and of Node (`nodejs_...`).',
    schema: { type: 'string', example: 'logwarren_records_stored_total 1200' },
  })
  @ApiErrors(401)
  async metrics(@Res() response: Response): Promise<void> {
    const { registry } = this.telemetry;
    const text = await registry.metrics();
    // end(), not send(): Express would write another charset than the format's own header has.
    response.setHeader('Content-Type', registry.contentType).end(text);
  }
}
