import { type DynamicModule, Module } from '@nestjs/common';
import type { Clock } from '../log/timestamp';
import { Readiness } from './readiness';
import { Telemetry } from './telemetry';

/** Injects the {@link Clock} of the process. */
export const CLOCK = Symbol('Clock');

export const systemClock: Clock = () => Date.now() * 1_000;

@Module({})
export class TelemetryModule {
  static of(telemetry: Telemetry): DynamicModule {
    return {
      module: TelemetryModule,
      global: true,
      providers: [
        { provide: Telemetry, useValue: telemetry },
        { provide: CLOCK, useValue: systemClock },
        { provide: Readiness, useValue: telemetry.readiness },
      ],
      exports: [Telemetry, CLOCK, Readiness],
    };
  }
}
