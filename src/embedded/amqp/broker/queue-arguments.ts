import { AmqpError } from '../reply-codes';
import { integerOf, textOf, typeNameOf, type FieldTable } from '../wire/field-table';

type QueueType = 'classic' | 'quorum';

/** What an argument of `queue.declare` may be. */
interface Argument {
  is: 'text' | 'number';
  /** Texts that are allowed; all if left out. */
  oneOf?: readonly string[];
  /** RabbitMQ's words for a text that is not. */
  refusal?: (value: string) => string;
  least?: number;
  most?: number;
  /** The only type of queue that has it. */
  only?: QueueType;
}

/** Ten years, RabbitMQ's bound for times. */
const TEN_YEARS_MS = 315_360_000_000;

const ARGUMENTS = {
  'x-queue-type': { is: 'text', oneOf: ['classic', 'quorum'], refusal: (type) => `"unsupported queue type '${type}'"` },
  'x-overflow': {
    is: 'text',
    oneOf: ['drop-head', 'reject-publish', 'reject-publish-dlx'],
    refusal: () => 'invalid_overflow',
  },
  'x-dead-letter-exchange': { is: 'text' },
  'x-dead-letter-routing-key': { is: 'text' },
  'x-dead-letter-strategy': {
    is: 'text',
    oneOf: ['at-most-once', 'at-least-once'],
    refusal: () => 'invalid_dlx_strategy',
    only: 'quorum',
  },
  // Where messages are kept; here always in memory.
  'x-queue-mode': {
    is: 'text',
    oneOf: ['default', 'lazy'],
    refusal: (mode) => `"unsupported queue mode '${mode}'"`,
    only: 'classic',
  },
  // Of a cluster, or of how messages are kept: nothing to do here.
  'x-quorum-initial-group-size': { is: 'number', least: 1, only: 'quorum' },
  'x-max-in-memory-length': { is: 'number', least: 0, only: 'quorum' },
  'x-max-in-memory-bytes': { is: 'number', least: 0, only: 'quorum' },
  'x-queue-version': { is: 'number', least: 1, only: 'classic' },
  'x-max-length': { is: 'number', least: 0 },
  'x-max-length-bytes': { is: 'number', least: 0 },
  'x-message-ttl': { is: 'number', least: 0, most: TEN_YEARS_MS },
  'x-expires': { is: 'number', least: 1, most: TEN_YEARS_MS },
  'x-delivery-limit': { is: 'number', only: 'quorum' },
} satisfies Record<string, Argument>;
export type ArgumentName = keyof typeof ARGUMENTS;

/** Arguments that RabbitMQ has and this server has not: to ignore them would be a wrong answer. */
const NOT_THERE = ['x-max-priority', 'x-single-active-consumer', 'x-max-age', 'x-queue-leader-locator'];

/** The arguments that a second declaration must repeat; others are not compared, as in RabbitMQ. */
export function comparedArguments(type: QueueType): string[] {
  return Object.entries<Argument>(ARGUMENTS).flatMap(([name, { only = type }]) => (only === type ? [name] : []));
}

/** The arguments of one declaration, checked as RabbitMQ 3.10 checks them. Those it does not know are ignored. */
export class QueueArguments {
  /**
   * @param where for errors: `queue 'a' in vhost '/'`.
   * @throws AmqpError PRECONDITION_FAILED for what cannot be, NOT_IMPLEMENTED for what this server cannot do.
   */
  constructor(
    private readonly table: FieldTable,
    private readonly where: string,
  ) {
    for (const [name, argument] of Object.entries<Argument>(ARGUMENTS)) {
      const value = table.get(name);
      if (value) this.check(name, argument, value);
    }
    for (const name of NOT_THERE) {
      if (table.has(name)) throw notThere(name);
    }
    if (textOf(table.get('x-overflow')) === 'reject-publish-dlx') throw notThere('x-overflow reject-publish-dlx');
    if (table.has('x-dead-letter-routing-key') && !table.has('x-dead-letter-exchange')) {
      throw this.invalid('x-dead-letter-routing-key', ': routing_key_but_no_dlx_defined');
    }
  }

  get type(): QueueType {
    return this.text('x-queue-type') === 'quorum' ? 'quorum' : 'classic';
  }

  text(name: ArgumentName): string | undefined {
    return textOf(this.table.get(name));
  }

  number(name: ArgumentName): number | undefined {
    return integerOf(this.table.get(name));
  }

  private check(name: string, argument: Argument, value: Buffer): void {
    if (argument.only && argument.only !== this.type)
      throw this.invalid(name, ` of queue type rabbit_${this.type}_queue`);
    const reason = argument.is === 'text' ? wrongText(argument, value) : wrongNumber(argument, value);
    if (reason) throw this.invalid(name, `: ${reason}`);
  }

  private invalid(name: string, rest: string): AmqpError {
    return new AmqpError('PRECONDITION_FAILED', `invalid arg '${name}' for ${this.where}${rest}`);
  }
}

function notThere(what: string): AmqpError {
  return new AmqpError('NOT_IMPLEMENTED', `${what} is not there in the embedded server`);
}

function wrongText({ oneOf, refusal }: Argument, value: Buffer): string | undefined {
  const text = textOf(value);
  if (text === undefined) return `{unacceptable_type,${typeNameOf(value)}}`;
  if (Buffer.byteLength(text) > 255) return '"longer than a name or a key can be"';
  return oneOf && !oneOf.includes(text) ? refusal?.(text) : undefined;
}

function wrongNumber({ least = -Infinity, most = Infinity }: Argument, value: Buffer): string | undefined {
  const number = integerOf(value);
  if (number === undefined) return `"expected integer, got ${typeNameOf(value)}"`;
  if (number > most) return `{value_too_large,${number}}`;
  if (number < least) return number < 0 ? `{value_negative,${number}}` : `{value_zero,${number}}`;
  return undefined;
}
