import { type DynamicModule, Module, type Type } from '@nestjs/common';
import type { Config } from './config/config';
import { ConfigModule } from './config/config.module';
import type { Role } from './config/roles';
import { HttpModule } from './http/http.module';
import { CollectorModule } from './modules/collector/collector.module';
import { MonitoringModule } from './modules/monitoring/monitoring.module';
import { RetentionModule } from './modules/retention/retention.module';
import { SearchModule } from './modules/search/search.module';
import { SourceModule } from './modules/source/source.module';
import type { Telemetry } from './telemetry/telemetry';
import { TelemetryModule } from './telemetry/telemetry.module';

/** What each role is made of; a process runs the ones that its `ROLE` names. */
const MODULE_OF_ROLE: Readonly<Record<Role, Type>> = {
  source: SourceModule,
  collector: CollectorModule,
  monitoring: MonitoringModule,
  search: SearchModule,
  retention: RetentionModule,
};

@Module({})
export class AppModule {
  static for(config: Config, telemetry: Telemetry): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.of(config),
        TelemetryModule.of(telemetry),
        HttpModule,
        ...config.process.roles.map((role) => MODULE_OF_ROLE[role]),
      ],
    };
  }
}
