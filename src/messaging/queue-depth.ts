import { AmqpConnection } from '@golevelup/nestjs-rabbitmq';
import { Injectable } from '@nestjs/common';
import { withChannel } from './broker-connection';

/** What RabbitMQ tells of a queue without its management plugin. What a bounded queue has dropped is not among it. */
export interface QueueState {
  /** Messages that wait for a consumer. */
  readonly messages: number;
  readonly consumers: number;
}

/** Looks at queues. */
@Injectable()
export class QueueDepth {
  constructor(private readonly amqp: AmqpConnection) {}

  /** Rejects when the broker is away or knows no such queue. */
  async of(queue: string): Promise<QueueState> {
    return withChannel(this.amqp, async (channel) => {
      const { messageCount, consumerCount } = await channel.checkQueue(queue);
      return { messages: messageCount, consumers: consumerCount };
    });
  }
}
