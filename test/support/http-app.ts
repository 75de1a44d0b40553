import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { loadConfig } from '../../src/config/config';
import { ConfigModule } from '../../src/config/config.module';
import { configureApp } from '../../src/http/configure-app';
import { HttpModule } from '../../src/http/http.module';
import { openServer, type OpenServer } from '../../src/http/start-server';
import { createLogger } from '../../src/telemetry/logger';
import { createRegistry } from '../../src/telemetry/metrics';
import { NestPinoLogger } from '../../src/telemetry/nest-logger';
import { Telemetry } from '../../src/telemetry/telemetry';
import { TelemetryModule } from '../../src/telemetry/telemetry.module';

@Module({})
class TestModule {}

/** A line of the log, as an object. */
export type LogLine = Readonly<Record<string, unknown>>;

/** An application with the HTTP rules of the real one, on a free port, and what it logged. */
export interface HttpApp {
  readonly url: string;
  readonly app: NestExpressApplication;
  readonly server: OpenServer;
  readonly telemetry: Telemetry;
  readonly logged: readonly LogLine[];
  close(): Promise<void>;
}

/** Starts the controllers behind everything that src/http puts before them. Close it. */
export async function startHttpApp(
  controllers: readonly Type[],
  env: Readonly<Record<string, string>> = {},
  imports: readonly (Type | DynamicModule)[] = [],
): Promise<HttpApp> {
  const logged: LogLine[] = [];
  const telemetry = memoryTelemetry(logged);
  const config = loadConfig({ PORT: '0', ...env });
  const server = await openServer(config, telemetry);
  const module: DynamicModule = {
    module: TestModule,
    controllers: [...controllers],
    imports: [ConfigModule.of(config), TelemetryModule.of(telemetry), HttpModule, ...imports],
  };
  const app = await NestFactory.create<NestExpressApplication>(module, {
    bodyParser: false,
    abortOnError: false,
    logger: new NestPinoLogger(telemetry.log),
  });
  configureApp(app, config);
  await app.init();
  server.handOver(app);
  const close = async (): Promise<void> => {
    await server.close();
    await app.close();
  };
  return { url: server.url, app, server, telemetry, logged, close };
}

/** Telemetry whose log goes into a list. */
export function memoryTelemetry(logged: LogLine[] = []): Telemetry {
  const write = (line: string): void => {
    const fields: LogLine = JSON.parse(line);
    logged.push(fields);
  };
  return new Telemetry(createLogger({ logLevel: 'trace', roles: ['search'] }, { write }), createRegistry());
}
