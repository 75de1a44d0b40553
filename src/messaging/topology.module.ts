import { AmqpConnection, RabbitMQModule } from '@golevelup/nestjs-rabbitmq';
import { type BeforeApplicationShutdown, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { type Config, rabbitmqUrl } from '../config/config';
import { CONFIG } from '../config/config.module';
import { BrokerEvents } from '../telemetry/broker-events';
import { BrokerEventsModule } from '../telemetry/broker-events.module';
import { Readiness } from '../telemetry/readiness';
import { Telemetry } from '../telemetry/telemetry';
import { connectionSettings, ConnectionState, quietLogger } from './broker-connection';
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
  imports: [
    BrokerEventsModule,
    RabbitMQModule.forRootAsync({
      useFactory: (config: Config, telemetry: Telemetry) => ({
        ...connectionSettings(
          'watch',
          rabbitmqUrl(config),
          quietLogger((text) => telemetry.log.debug(text)),
        ),
        registerHandlers: false,
      }),
      inject: [CONFIG, Telemetry],
    }),
  ],
  providers: [TopologyWatch, QueueDepth],
  exports: [QueueDepth],
})
export class TopologyModule {}
