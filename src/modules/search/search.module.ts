import { Module } from '@nestjs/common';
import { ExpiryModule } from '../../expiry/expiry.module';
import { AlertsModule } from '../../alerts/alerts.module';
import { LogReader } from '../../storage/read-logs';
import { StorageModule } from '../../storage/storage.module';
import { SearchEvents } from '../../telemetry/search-events';
import { AlertsController } from './alerts.controller';
import { DeadLettersController } from './dead-letters.controller';
import { LogsController } from './logs.controller';
import { RetentionController } from './retention.controller';
import { SearchRunner } from './search-runner';
import { SearchService } from './search.service';
import { ShortLogsController } from './short-logs.controller';

/** The role that answers: the HTTP API for everything that is stored. */
@Module({
  imports: [StorageModule, ExpiryModule, AlertsModule],
  controllers: [LogsController, ShortLogsController, DeadLettersController, RetentionController, AlertsController],
  providers: [LogReader, SearchRunner, SearchService, SearchEvents],
})
export class SearchModule {}
