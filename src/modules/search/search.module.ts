import { Module } from '@nestjs/common';
import { LogReader } from '../../storage/read-logs';
import { StorageModule } from '../../storage/storage.module';
import { SearchEvents } from '../../telemetry/search-events';
import { DeadLettersController } from './dead-letters.controller';
import { LogsController } from './logs.controller';
import { SearchRunner } from './search-runner';
import { SearchService } from './search.service';
import { ShortLogsController } from './short-logs.controller';

/** The role that answers: the HTTP API for everything that is stored. */
@Module({
  imports: [StorageModule],
  controllers: [LogsController, ShortLogsController, DeadLettersController],
  providers: [LogReader, SearchRunner, SearchService, SearchEvents],
})
export class SearchModule {}
