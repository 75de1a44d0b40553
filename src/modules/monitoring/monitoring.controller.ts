import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, RmqContext } from '@nestjs/microservices';
import { type Delivery, toWireMessage } from '../../messaging/to-wire-message';
import { MonitoringService } from './monitoring.service';
import { MONITORED } from './monitoring.transport';

/** Takes what MonitoringQueue delivers. */
@Controller()
export class MonitoringController {
  constructor(private readonly monitoring: MonitoringService) {}

  /** The payload is not looked at: Nest has parsed it, which loses what is no JSON. */
  @EventPattern(MONITORED)
  see(@Ctx() context: RmqContext): void {
    this.monitoring.see(toWireMessage(context.getMessage() as Delivery));
  }
}
