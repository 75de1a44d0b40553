import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { HttpEvents } from '../telemetry/http-events';
import { ErrorFilter } from './error-filter';
import { HealthController } from './health.controller';
import { MetricsController } from './metrics.controller';
import { RequestValidation } from './validation';

/** What every process answers whatever its roles, and the rules of all routes: validation and the error answer. */
@Module({
  controllers: [HealthController, MetricsController],
  providers: [
    HttpEvents,
    { provide: APP_FILTER, useFactory: (events: HttpEvents) => new ErrorFilter(events), inject: [HttpEvents] },
    { provide: APP_PIPE, useClass: RequestValidation },
  ],
})
export class HttpModule {}
