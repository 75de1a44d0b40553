import { type INestApplicationContext, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { loadConfig } from '../../src/config/config';
import { ConfigModule } from '../../src/config/config.module';
import { type LogRecord, NO_ATTRIBUTES } from '../../src/log/log-record';
import { StorageModule } from '../../src/storage/storage.module';
import { NestPinoLogger } from '../../src/telemetry/nest-logger';
import { Telemetry } from '../../src/telemetry/telemetry';
import { TelemetryModule } from '../../src/telemetry/telemetry.module';
import { mustBeReleased } from './leaks';

/** What a role sees of MongoDB, and what it logs of it. */
export interface Storage extends Pick<INestApplicationContext, 'get' | 'close'> {
  readonly telemetry: Telemetry;
}

/** What was logged: a JSON line each, in order. */
export type LogLines = string[];

/** The StorageModule as a role imports it, with others; resolves once MongoDB can be used. `close()` must follow. */
export async function openStorage(
  uri: string,
  env: Readonly<Record<string, string>> = {},
  lines: LogLines = [],
  more: readonly Type[] = [],
): Promise<Storage> {
  const telemetry = new Telemetry(
    pino({ level: 'debug' }, { write: (line: string) => lines.push(line) }),
    new Registry(),
  );
  const config = loadConfig({ ...env, MONGODB_URI: uri });
  const imports = [ConfigModule.of(config), TelemetryModule.of(telemetry), StorageModule, ...more];
  const module = await Test.createTestingModule({ imports }).setLogger(new NestPinoLogger(telemetry.log)).compile();
  await module.init();
  const released = mustBeReleased('a StorageModule', () => module.close());
  return {
    telemetry,
    get: module.get.bind(module),
    close: async () => {
      released();
      await module.close();
    },
  };
}

/** 2026-11-23T10:00:00Z. */
export const TEN_O_CLOCK = Date.UTC(2026, 10, 23, 10) * 1_000;

/** A record; say only what matters. */
export function aRecord(given: Partial<LogRecord> = {}): LogRecord {
  return {
    timestamp: TEN_O_CLOCK,
    service: 'shop',
    severity: 'info',
    body: 'order placed',
    attributes: NO_ATTRIBUTES,
    ...given,
  };
}
