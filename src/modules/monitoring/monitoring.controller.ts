import { Controller, Inject } from '@nestjs/common';
import { Ctx, EventPattern, RmqContext } from '@nestjs/microservices';
import type { Config } from '../../config/config';
import { CONFIG } from '../../config/config.module';
import { decodeMessage } from '../../log/decode-message';
import type { Clock } from '../../log/timestamp';
import { type Delivery, toWireMessage } from '../../messaging/to-wire-message';
import { MonitoringEvents } from '../../telemetry/monitoring-events';
import { CLOCK } from '../../telemetry/telemetry.module';
import { MONITORED } from './monitoring.transport';

/** Counts the errors and warnings that pass through MonitoringQueue. */
@Controller()
export class MonitoringController {
  constructor(
    private readonly events: MonitoringEvents,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @EventPattern(MONITORED)
  see(@Ctx() context: RmqContext): void {
    const message = toWireMessage(context.getMessage() as Delivery);
    const { parts, rejects } = decodeMessage(message, { now: this.clock(), retention: this.config.retention });
    for (const { records } of parts) {
      const [first] = records;
      if (first !== undefined) this.events.recordsSeen(first.severity, records.length);
    }
    this.events.recordsUnreadable(rejects.length, message.routingKey);
  }
}
