import { Module } from '@nestjs/common';
import { AlertEvaluator } from '../../alerts/alert-evaluator';
import { AlertsModule } from '../../alerts/alerts.module';
import { TopologyModule } from '../../messaging/topology.module';
import { AlertEvents } from '../../telemetry/alert-events';
import { BrokerEventsModule } from '../../telemetry/broker-events.module';
import { MonitoringEvents } from '../../telemetry/monitoring-events';
import { MonitoringLink } from './monitoring-link';
import { MonitoringController } from './monitoring.controller';
import { MonitoringService } from './monitoring.service';
import { QueueWatch } from './queue-watch';

/** The role that watches errors and warnings as they pass, and tells of too many. */
@Module({
  imports: [TopologyModule, AlertsModule, BrokerEventsModule],
  controllers: [MonitoringController],
  providers: [MonitoringEvents, AlertEvents, AlertEvaluator, MonitoringLink, MonitoringService, QueueWatch],
})
export class MonitoringModule {}
