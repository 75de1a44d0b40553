import { AmqpError } from '../reply-codes';
import type { FieldTable } from '../wire/field-table';
import { QueueArguments } from './queue-arguments';

/** How a queue is declared. */
export interface QueueSettings {
  readonly name: string;
  readonly durable: boolean;
  readonly exclusive: boolean;
  readonly autoDelete: boolean;
  /** As declared; what a second declaration must repeat. */
  readonly arguments: FieldTable;
}

/** What the arguments of a queue mean. Times are in milliseconds; no limit is Infinity. */
export interface QueueRules {
  readonly type: 'classic' | 'quorum';
  readonly maxLength: number;
  /** Of the bodies of waiting messages. */
  readonly maxBytes: number;
  /** At a limit: refuse what comes rather than drop the oldest. */
  readonly rejectsPublish: boolean;
  readonly messageTtl: number;
  readonly expires: number;
  readonly deadLetterExchange?: string;
  readonly deadLetterRoutingKey?: string;
  /** Keep a dead letter until a queue has taken it. */
  readonly deadLetterAtLeastOnce: boolean;
  readonly deliveryLimit: number;
}

/**
 * @param where for errors: `queue 'a' in vhost '/'`.
 * @throws AmqpError where the settings cannot be.
 */
export function rulesOf(settings: QueueSettings, where: string): QueueRules {
  const given = new QueueArguments(settings.arguments, where);
  const { type } = given;
  if (type === 'quorum') mustSuitQuorum(settings, where);
  const rejectsPublish = given.text('x-overflow') === 'reject-publish';
  const atLeastOnce = given.text('x-dead-letter-strategy') === 'at-least-once';
  return {
    type,
    maxLength: given.number('x-max-length') ?? Infinity,
    maxBytes: given.number('x-max-length-bytes') ?? Infinity,
    rejectsPublish,
    messageTtl: given.number('x-message-ttl') ?? Infinity,
    expires: given.number('x-expires') ?? Infinity,
    deadLetterExchange: given.text('x-dead-letter-exchange'),
    deadLetterRoutingKey: given.text('x-dead-letter-routing-key'),
    deadLetterAtLeastOnce: atLeastOnce && rejectsPublish, // with drop-head, RabbitMQ does not keep them either
    deliveryLimit: given.number('x-delivery-limit') ?? Infinity,
  };
}

/** Quorum queues are durable and belong to nobody. */
function mustSuitQuorum({ durable, exclusive, autoDelete }: QueueSettings, where: string): void {
  const wrong = !durable ? 'non-durable' : exclusive ? 'exclusive-owner' : autoDelete ? 'auto-delete' : undefined;
  if (wrong) throw new AmqpError('PRECONDITION_FAILED', `invalid property '${wrong}' for ${where}`);
}
