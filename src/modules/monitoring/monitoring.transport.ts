import { type RmqOptions, Transport } from '@nestjs/microservices';
import { type Config, rabbitmqUrl } from '../../config/config';
import { MONITORING_QUEUE, TOPOLOGY } from '../../messaging/topology';

/** The pattern under which every message of MonitoringQueue reaches its handler. */
export const MONITORED = 'monitored';

/**
 * Nest's RabbitMQ transport on MonitoringQueue, auto-acknowledged: the broker forgets a message when it has sent it. All
 * monitors share the queue, whose bounds stand in the topology. Messages come from anyone, so each gets the envelope that
 * Nest looks for, around nothing: the handler reads the raw message from its context.
 */
export function monitoringTransport(config: Config): RmqOptions {
  const queue = TOPOLOGY.queues.find(({ name }) => name === MONITORING_QUEUE);
  return {
    transport: Transport.RMQ,
    options: {
      urls: [rabbitmqUrl(config)],
      queue: MONITORING_QUEUE,
      queueOptions: { ...queue?.options },
      noAck: true,
      deserializer: { deserialize: () => ({ pattern: MONITORED, data: null }) },
    },
  };
}
