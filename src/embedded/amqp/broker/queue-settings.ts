import { AmqpError } from '../reply-codes';
import { integerOf, textOf, type FieldTable } from '../wire/field-table';

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

const TEXTS: Record<string, readonly string[] | undefined> = {
  'x-queue-type': ['classic', 'quorum'],
  'x-overflow': ['drop-head', 'reject-publish'],
  'x-dead-letter-strategy': ['at-most-once', 'at-least-once'],
  'x-dead-letter-exchange': undefined,
  'x-dead-letter-routing-key': undefined,
  'x-queue-mode': ['default', 'lazy'],
};
const NUMBERS = ['x-max-length', 'x-max-length-bytes', 'x-message-ttl', 'x-expires', 'x-delivery-limit'];
/** Arguments of RabbitMQ that are not there: to ignore them would be a wrong answer. */
const NOT_THERE = ['x-max-priority', 'x-single-active-consumer', 'x-max-age', 'x-stream-max-segment-size-bytes'];

/** Every argument that a second declaration must repeat; others are not compared, as in RabbitMQ. */
export const COMPARED_ARGUMENTS = [...Object.keys(TEXTS), ...NUMBERS, ...NOT_THERE];

/**
 * Reads a queue's arguments.
 *
 * @param where for the error's text: `queue 'a' in vhost '/'`.
 * @throws AmqpError PRECONDITION_FAILED for a value that cannot be, NOT_IMPLEMENTED for what this server cannot do.
 */
export function rulesOf(settings: QueueSettings, where: string): QueueRules {
  const { arguments: table } = settings;
  const invalid = (name: string, why: string) =>
    new AmqpError('PRECONDITION_FAILED', `invalid arg '${name}' for ${where}: ${why}`);
  for (const name of NOT_THERE) {
    if (table.has(name)) throw new AmqpError('NOT_IMPLEMENTED', `${name} is not there in the embedded server`);
  }
  const text = (name: string): string | undefined => {
    const value = textOf(table.get(name));
    if (value === undefined && table.has(name)) throw invalid(name, 'not a text');
    const allowed = TEXTS[name];
    if (value === 'stream') throw new AmqpError('NOT_IMPLEMENTED', 'streams are not there in the embedded server');
    if (value !== undefined && allowed && !allowed.includes(value))
      throw invalid(name, `'${value}' is not one of its values`);
    return value;
  };
  const number = (name: string): number => {
    const value = integerOf(table.get(name));
    if (value === undefined && table.has(name)) throw invalid(name, 'not a whole number');
    if (value !== undefined && value < (name === 'x-expires' ? 1 : 0)) throw invalid(name, `${value} is too small`);
    return value ?? Infinity;
  };
  const type = text('x-queue-type') === 'quorum' ? 'quorum' : 'classic';
  if (type === 'quorum') mustSuitQuorum(settings, where);
  if (table.has('x-dead-letter-routing-key') && !table.has('x-dead-letter-exchange')) {
    throw invalid('x-dead-letter-routing-key', 'there is no x-dead-letter-exchange');
  }
  text('x-queue-mode');
  const rejectsPublish = text('x-overflow') === 'reject-publish';
  return {
    type,
    maxLength: number('x-max-length'),
    maxBytes: number('x-max-length-bytes'),
    rejectsPublish,
    messageTtl: number('x-message-ttl'),
    expires: number('x-expires'),
    deadLetterExchange: text('x-dead-letter-exchange'),
    deadLetterRoutingKey: text('x-dead-letter-routing-key'),
    deadLetterAtLeastOnce: text('x-dead-letter-strategy') === 'at-least-once' && type === 'quorum' && rejectsPublish,
    deliveryLimit: number('x-delivery-limit'),
  };
}

function mustSuitQuorum(settings: QueueSettings, where: string): void {
  const wrong = [
    ...(settings.durable ? [] : ['non-durable']),
    ...(settings.exclusive ? ['exclusive'] : []),
    ...(settings.autoDelete ? ['auto-delete'] : []),
  ][0];
  if (wrong) throw new AmqpError('PRECONDITION_FAILED', `invalid property '${wrong}' for ${where}`);
}
