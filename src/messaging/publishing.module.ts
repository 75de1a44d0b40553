import { AmqpConnection, RabbitMQModule } from '@golevelup/nestjs-rabbitmq';
import { type BeforeApplicationShutdown, Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type Config, rabbitmqUrl } from '../config/config';
import { CONFIG } from '../config/config.module';
import { type Clock, SECOND_US } from '../log/timestamp';
import { BrokerEvents } from '../telemetry/broker-events';
import { BrokerEventsModule } from '../telemetry/broker-events.module';
import { Readiness } from '../telemetry/readiness';
import { Telemetry } from '../telemetry/telemetry';
import { CLOCK } from '../telemetry/telemetry.module';
import { connectionSettings, ConnectionState, quietLogger } from './broker-connection';
import { PackPublisher } from './pack-publisher';
import { PackSender } from './pack-sender';
import { RecordPublisher } from './record-publisher';
import { TopologyKeeper } from './topology-keeper';

/** How long a stop waits for the broker to confirm what was taken. */
const DRAIN_MS = 10_000;

/** Builds the publishing side on its connection, and brings it up and down with the process. */
@Injectable()
export class Publishing implements OnModuleInit, BeforeApplicationShutdown {
  readonly publisher: PackPublisher;
  private readonly keeper: TopologyKeeper;
  private readonly sender: PackSender;

  constructor(
    amqp: AmqpConnection,
    private readonly events: BrokerEvents,
    readiness: Readiness,
    @Inject(CONFIG) config: Config,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const state = new ConnectionState(amqp, 'publish', events);
    this.keeper = new TopologyKeeper(amqp, events);
    this.sender = new PackSender(amqp, uuidv7, events, () => this.keeper.check());
    const limits = { lingerMs: config.source.lingerMs, maxInFlightBytes: config.source.maxInFlightBytes };
    this.publisher = new PackPublisher(this.sender.send, limits, () => state.isUsable, Date.now);
    readiness.add('publishing', () => (state.isUsable ? null : 'RabbitMQ cannot be reached or takes no messages'));
  }

  async onModuleInit(): Promise<void> {
    await this.keeper.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.keeper.stop();
    const startedAt = this.clock();
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, DRAIN_MS)));
    const flushed = this.publisher.flush();
    const packs = this.publisher.unconfirmedPacks;
    await Promise.race([flushed, limit]);
    clearTimeout(timer);
    const seconds = (this.clock() - startedAt) / SECOND_US;
    if (this.publisher.unconfirmedPacks > 0) this.events.packsGivenUp(this.publisher.unconfirmedPacks, seconds);
    else this.events.drained(packs, seconds);
    this.sender.giveUp();
  }
}

/** Gives {@link RecordPublisher} on a connection of its own. */
@Module({
  imports: [
    BrokerEventsModule,
    RabbitMQModule.forRootAsync({
      useFactory: (config: Config, telemetry: Telemetry) => ({
        ...connectionSettings(
          'publish',
          rabbitmqUrl(config),
          quietLogger((text) => telemetry.log.debug(text)),
        ),
        registerHandlers: false,
      }),
      inject: [CONFIG, Telemetry],
    }),
  ],
  providers: [
    Publishing,
    { provide: RecordPublisher, useFactory: (publishing: Publishing) => publishing.publisher, inject: [Publishing] },
  ],
  exports: [RecordPublisher],
})
export class PublishingModule {}
