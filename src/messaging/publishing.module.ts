import { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import { type BeforeApplicationShutdown, Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { type Clock, SECOND_US } from '../log/timestamp';
import { BrokerEvents } from '../telemetry/broker-events';
import { BrokerEventsModule } from '../telemetry/broker-events.module';
import { Readiness } from '../telemetry/readiness';
import { CLOCK } from '../telemetry/telemetry.module';
import { ConnectionState } from './broker-connection';
import { connectionWithoutHandlers } from './connection-without-handlers';
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
    // Not Date.now: where the clock is set back, packs would wait for as long until it is as late again.
    const nowMs = (): number => performance.now();
    this.publisher = new PackPublisher(this.sender.send, limits, () => state.isUsable, nowMs);
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
  imports: [BrokerEventsModule, connectionWithoutHandlers('publish')],
  providers: [
    Publishing,
    { provide: RecordPublisher, useFactory: (publishing: Publishing) => publishing.publisher, inject: [Publishing] },
  ],
  exports: [RecordPublisher],
})
export class PublishingModule {}
