import { Module } from '@nestjs/common';
import { AlertsModule } from '../../alerts/alerts.module';
import { LogReader } from '../../storage/read-logs';
import { StorageModule } from '../../storage/storage.module';
import { SearchEvents } from '../../telemetry/search-events';
import { AlertsController } from './alerts.controller';
import { DeadLettersController } from './dead-letters.controller';
import { LogsController } from './logs.controller';
import { SearchRunner } from './search-runner';
import { SearchService } from './search.service';
import { ShortLogsController } from './short-logs.controller';

/** The role that answers: the HTTP API for everything that is stored. */
@Module({
  imports: [StorageModule, AlertsModule],
  controllers: [LogsController, ShortLogsController, DeadLettersController, AlertsController],
  providers: [LogReader, SearchRunner, SearchService, SearchEvents],
})
export class SearchModule {}
