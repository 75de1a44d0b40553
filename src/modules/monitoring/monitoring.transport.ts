import { Logger } from '@nestjs/common';
import { type CustomStrategy, type RmqOptions, ServerRMQ } from '@nestjs/microservices';
import { type Config, rabbitmqUrl } from '../../config/config';
import { MONITORING_QUEUE, TOPOLOGY } from '../../messaging/topology';

/** The pattern under which every message of MonitoringQueue reaches its handler. */
export const MONITORED = 'monitored';

interface EventSource {
  on(event: string, listener: (told: unknown) => void): unknown;
  once(event: string, listener: (told: unknown) => void): unknown;
}

/** amqplib's channel, as far as it is used here. */
interface ConsumingChannel {
  consume(...given: unknown[]): Promise<unknown>;
}

/** What Nest says of its connection, as errors and beside our own lines (MonitoringLink's): kept for debugging. */
class QuietLogger extends Logger {
  override error(message: unknown): void {
    this.debug(message instanceof Error ? message.message : message);
  }
}

/**
 * Nest's RabbitMQ transport (`Transport.RMQ`), and who hears of the errors of its channel: without that, a connection
 * that ends while the channel is being opened, or before the broker has answered to the consume, ends the process.
 */
export class MonitoringServer extends ServerRMQ {
  protected override readonly logger = new QuietLogger(ServerRMQ.name);
  private readonly faults = new Logger(ServerRMQ.name);
  // Nest types both as any.
  declare protected server: EventSource | null;
  declare protected channel: EventSource | null;

  constructor(
    options: Required<RmqOptions>['options'],
    private readonly onChannelError: (error: unknown) => void,
  ) {
    super(options);
  }

  /** Told of a message that could not be handled, which is nothing about the connection. */
  protected override handleError(error: string): void {
    this.faults.error(error);
  }

  override async start(callback?: (error?: unknown) => void): Promise<void> {
    await super.start(callback);
    // Nest's own listener, which comes first, has made the channel by then.
    this.server?.once('connect', () => this.channel?.on('error', this.onChannelError));
  }

  /** Nest does not wait for the answer to its consume, nor look at it. */
  override async setupChannel(channel: ConsumingChannel, callback: () => void): Promise<void> {
    const consume = channel.consume.bind(channel);
    channel.consume = (...given) => {
      const answer = consume(...given);
      answer.catch(this.onChannelError);
      return answer;
    };
    await super.setupChannel(channel, callback);
  }
}

/**
 * The transport on MonitoringQueue, auto-acknowledged: the broker forgets a message when it has sent it. All
 * monitors share the queue, whose bounds stand in the topology. Messages come from anyone, so each gets the envelope that
 * Nest looks for, around nothing: the handler reads the raw message from its context.
 *
 * @param onChannelError told of a channel that could not be opened; it is tried again with the next connection.
 */
export function monitoringTransport(config: Config, onChannelError: (error: unknown) => void): CustomStrategy {
  const queue = TOPOLOGY.queues.find(({ name }) => name === MONITORING_QUEUE);
  const options = {
    urls: [rabbitmqUrl(config)],
    queue: MONITORING_QUEUE,
    queueOptions: { ...queue?.options },
    noAck: true,
    deserializer: { deserialize: () => ({ pattern: MONITORED, data: null }) },
  };
  return { strategy: new MonitoringServer(options, onChannelError) };
}
