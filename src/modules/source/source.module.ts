import { Module } from '@nestjs/common';
import { PublishingModule } from '../../messaging/publishing.module';
import { FileEvents } from '../../telemetry/file-events';
import { SourceEvents } from '../../telemetry/source-events';
import { DemoSource } from './demo/demo-source';
import { FileSource } from './file-source';
import { IngestController } from './ingest/ingest.controller';
import { IngestService } from './ingest/ingest.service';
import { LineInputReader } from './lines/line-input';
import { STDIN, StdinSource } from './stdin-source';

/** The role that brings lines in: over HTTP, from files, from standard input, or made up. */
@Module({
  imports: [PublishingModule],
  controllers: [IngestController],
  providers: [
    SourceEvents,
    FileEvents,
    IngestService,
    LineInputReader,
    FileSource,
    StdinSource,
    { provide: STDIN, useValue: () => process.stdin },
    DemoSource,
  ],
})
export class SourceModule {}
