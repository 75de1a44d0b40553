import { AmqpConnection, type MessageHandlerOptions, RabbitMQModule } from '@golevelup/nestjs-rabbitmq';
import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import type { Channel, ConsumeMessage } from 'amqplib';
import { type Config, rabbitmqUrl } from '../config/config';
import { CONFIG } from '../config/config.module';
import { BrokerEvents } from '../telemetry/broker-events';
import { BrokerEventsModule } from '../telemetry/broker-events.module';
import { Readiness } from '../telemetry/readiness';
import { Telemetry } from '../telemetry/telemetry';
import { connectionSettings, ConnectionState, quietLogger, withChannel } from './broker-connection';
import { DEAD_LETTER_QUEUE, LOG_QUEUE, TOPOLOGY } from './topology';
import { TopologyKeeper } from './topology-keeper';

/** The name that a handler's decorator carries; the options are here, with the topology. */
export const COLLECT = 'collect';

/** The queues that collectors consume with {@link COLLECT}. DeadLetterQueue gets what LogQueue delivered too often. */
export const COLLECTED_QUEUES = [LOG_QUEUE, DEAD_LETTER_QUEUE];

/**
 * Whether the message was done with, but its channel has gone, so that the broker cannot be told. Nothing has failed then:
 * it delivers again what it had not seen acknowledged.
 */
function isChannelGone(error: unknown): boolean {
  return error instanceof Error && error.name === 'IllegalOperationError';
}

/**
 * Puts a message back when its handler failed unexpectedly. By `reject`, which counts towards the delivery limit: since
 * RabbitMQ 4.3 a `nack` does not, and the message would come again for ever. Never throws: golevelup would end the
 * process.
 */
function putBack(channel: Channel, message: ConsumeMessage): void {
  try {
    channel.reject(message, true);
  } catch (error) {
    if (!isChannelGone(error)) throw error;
  }
}

function handlerOptions(queue: string, events: BrokerEvents): MessageHandlerOptions {
  return {
    queue,
    queueOptions: { ...TOPOLOGY.queues.find(({ name }) => name === queue)?.options },
    deserializer: (body) => body,
    errorHandler: (channel, message, error) => {
      if (isChannelGone(error)) return;
      events.messagePutBack(queue, error);
      putBack(channel, message);
    },
  };
}

/** Looks after the consuming connection: the topology, and that the broker still knows our consumers. */
@Injectable()
export class Consuming implements OnModuleInit {
  private readonly keeper: TopologyKeeper;
  private isPaused = false;

  constructor(
    private readonly amqp: AmqpConnection,
    private readonly events: BrokerEvents,
    readiness: Readiness,
  ) {
    const state = new ConnectionState(amqp, 'consume', events);
    this.keeper = new TopologyKeeper(amqp, events, () => this.checkConsumers());
    readiness.add('consuming', () => (state.isUsable ? null : 'RabbitMQ cannot be reached'));
    readiness.add('consumers', () => {
      const count = this.consumersOnChannel();
      return count >= COLLECTED_QUEUES.length
        ? null
        : `${count} of ${COLLECTED_QUEUES.length} consumers are registered`;
    });
  }

  async onModuleInit(): Promise<void> {
    await this.keeper.start();
  }

  /** Messages in LogQueue that wait for a consumer. */
  async readyMessages(): Promise<number> {
    return withChannel(this.amqp, async (channel) => (await channel.checkQueue(LOG_QUEUE)).messageCount);
  }

  /** Ends the consumers; what was delivered can still be acknowledged. For a stop. */
  async stop(): Promise<void> {
    this.keeper.stop();
    await this.pause();
  }

  /** Ends the consumers until {@link resume}. */
  async pause(): Promise<void> {
    this.isPaused = true;
    // Tags of connections lost long ago are among them; cancelling those fails, and means nothing.
    await Promise.allSettled(this.amqp.consumerTags.map((tag) => this.amqp.cancelConsumer(tag)));
  }

  /** Consumes again, on a new connection: that also hands back whatever is still unacknowledged. */
  resume(): void {
    this.isPaused = false;
    this.amqp.managedConnection.reconnect();
  }

  /** A queue that is deleted takes its consumers with it, without a word to golevelup; amqplib knows. */
  private checkConsumers(): void {
    if (!this.isPaused && this.consumersOnChannel() < COLLECTED_QUEUES.length) {
      this.events.consumerLost(LOG_QUEUE);
      this.amqp.managedConnection.reconnect();
    }
  }

  private consumersOnChannel(): number {
    const channel: object | undefined = this.amqp.connected ? Object.values(this.amqp.channels)[0] : undefined;
    return channel !== undefined && 'consumers' in channel && channel.consumers instanceof Map
      ? channel.consumers.size
      : 0;
  }
}

/** Gives golevelup's handlers a connection of their own. */
@Module({
  imports: [
    BrokerEventsModule,
    RabbitMQModule.forRootAsync({
      imports: [BrokerEventsModule],
      useFactory: (config: Config, telemetry: Telemetry, events: BrokerEvents) => ({
        ...connectionSettings(
          'consume',
          rabbitmqUrl(config),
          quietLogger((text) => telemetry.log.debug(text)),
        ),
        prefetchCount: config.collector.prefetch,
        handlers: { [COLLECT]: COLLECTED_QUEUES.map((queue) => handlerOptions(queue, events)) },
      }),
      inject: [CONFIG, Telemetry, BrokerEvents],
    }),
  ],
  providers: [Consuming],
  exports: [Consuming],
})
export class ConsumingModule {}
