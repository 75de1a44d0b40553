import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { IngestController } from '../../src/modules/source/ingest/ingest.controller';
import { IngestService } from '../../src/modules/source/ingest/ingest.service';
import { RecordPublisher } from '../../src/messaging/record-publisher';
import { SourceEvents } from '../../src/telemetry/source-events';
import { CLOCK } from '../../src/telemetry/telemetry.module';
import { type HttpApp, startHttpApp } from './http-app';
import { RecordingPublisher } from './recording-publisher';

@Module({})
class IngestModule {}

/** `/ingest` as a source has it, with a publisher that keeps what it is given. Close the app. */
export interface IngestApp {
  readonly http: HttpApp;
  readonly publisher: RecordingPublisher;
  /** Posts a body to `/ingest`. */
  post(body: string | Buffer | undefined, headers?: Record<string, string>, query?: string): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** @param now the time of reading, microseconds, or what tells it. */
export async function startIngestApp(
  now: number | (() => number),
  env: Readonly<Record<string, string>> = {},
): Promise<IngestApp> {
  const publisher = new RecordingPublisher();
  const module: DynamicModule = {
    module: IngestModule,
    controllers: [IngestController],
    providers: [
      IngestService,
      SourceEvents,
      { provide: RecordPublisher, useValue: publisher },
      { provide: CLOCK, useValue: typeof now === 'number' ? () => now : now },
    ],
  };
  const http = await startHttpApp([], env, [module]);
  const post: IngestApp['post'] = async (body, headers = {}, query = '') => {
    const response = await fetch(`${http.url}/ingest${query}`, { method: 'POST', headers, body: body ?? null });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  return { http, publisher, post };
}
