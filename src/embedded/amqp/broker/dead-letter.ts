import { field, integerOf, tablesIn, textOf, type FieldTable } from '../wire/field-table';
import { Properties } from '../wire/properties';
import { Message } from './message';

/** Why a message leaves its queue for the dead letter exchange, as RabbitMQ writes it into x-death. */
export type DeathReason = 'rejected' | 'expired' | 'maxlen' | 'delivery_limit';

/** How a message left a queue. */
export interface Death {
  readonly queue: string;
  readonly reason: DeathReason;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * The message as RabbitMQ sends it on to a dead letter exchange (https://www.rabbitmq.com/docs/dlx#effects): the header
 * `x-death` tells, for each queue and reason, how often and when first, the latest in front; the `x-first-death-`
 * headers tell the first of all; its own time to live is gone, or it would expire again.
 */
export function deadLetterOf(message: Message, death: Death, exchange: string, routingKey: string): Message {
  const properties = Properties.read(message.properties);
  const headers = new Map(properties.headers());
  const isFirst = !headers.has('x-death');
  const entries = deathsIn(headers);
  const same = entries.find((entry) => isEntryFor(entry, death));
  const entry = same ? countedUp(same) : newEntry(message, death, properties.text('expiration'));
  headers.set('x-death', field.array([entry, ...entries.filter((other) => other !== same)].map(field.table)));
  if (isFirst) {
    headers.set('x-first-death-exchange', field.text(message.exchange));
    headers.set('x-first-death-queue', field.text(death.queue));
    headers.set('x-first-death-reason', field.text(death.reason));
  }
  const written = properties.without('expiration').withHeaders(headers).write();
  return new Message(exchange, routingKey, written, message.body, message.persistent);
}

function deathsIn(headers: FieldTable): FieldTable[] {
  try {
    return tablesIn(headers.get('x-death'));
  } catch {
    return []; // a client wrote something else under that name
  }
}

function isEntryFor(entry: FieldTable, { queue, reason }: Death): boolean {
  return textOf(entry.get('queue')) === queue && textOf(entry.get('reason')) === reason;
}

function countedUp(entry: FieldTable): FieldTable {
  return new Map(entry).set('count', field.int64((integerOf(entry.get('count')) ?? 0) + 1));
}

function newEntry(message: Message, death: Death, expiration: string | undefined): FieldTable {
  return new Map([
    ['count', field.int64(1)],
    ['reason', field.text(death.reason)],
    ['queue', field.text(death.queue)],
    ['time', field.timestamp(Math.floor(death.at / 1_000))],
    ['exchange', field.text(message.exchange)],
    ['routing-keys', field.array([field.text(message.routingKey)])],
    ...(expiration === undefined ? [] : [['original-expiration', field.text(expiration)] as const]),
  ]);
}

/**
 * Whether a dead letter has come round to a queue it died in before without anybody rejecting it on the way: it would go
 * round for ever, so it is dropped there.
 */
export function goesRound(deadLetter: Message, queue: string): boolean {
  const deaths = deathsIn(Properties.read(deadLetter.properties).headers());
  const before = deaths.findIndex((entry) => textOf(entry.get('queue')) === queue);
  return before >= 0 && deaths.slice(0, before + 1).every((entry) => textOf(entry.get('reason')) !== 'rejected');
}
