import { Module } from '@nestjs/common';
import { TopologyModule } from '../../messaging/topology.module';
import { MonitoringEvents } from '../../telemetry/monitoring-events';
import { MonitoringController } from './monitoring.controller';

/** The role that watches errors and warnings as they pass. */
@Module({ imports: [TopologyModule], controllers: [MonitoringController], providers: [MonitoringEvents] })
export class MonitoringModule {}
