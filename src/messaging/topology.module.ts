import { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import { type BeforeApplicationShutdown, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { BrokerEvents } from '../telemetry/broker-events';
import { BrokerEventsModule } from '../telemetry/broker-events.module';
import { Readiness } from '../telemetry/readiness';
import { ConnectionState } from './broker-connection';
import { connectionWithoutHandlers } from './connection-without-handlers';
import { QueueDepth } from './queue-depth';
import { TopologyKeeper } from './topology-keeper';

@Injectable()
class TopologyWatch implements OnModuleInit, BeforeApplicationShutdown {
  private readonly keeper: TopologyKeeper;

  constructor(amqp: AmqpConnection, events: BrokerEvents, readiness: Readiness) {
    const state = new ConnectionState(amqp, 'watch', events);
    this.keeper = new TopologyKeeper(amqp, events);
    readiness.add('topology', () => (state.isUsable ? null : 'RabbitMQ cannot be reached'));
  }

  async onModuleInit(): Promise<void> {
    await this.keeper.start();
  }

  beforeApplicationShutdown(): void {
    this.keeper.stop();
  }
}

/** Keeps the topology for a role that has neither of golevelup's other two connections. */
@Module({
  imports: [BrokerEventsModule, connectionWithoutHandlers('watch')],
  providers: [TopologyWatch, QueueDepth],
  exports: [QueueDepth],
})
export class TopologyModule {}
