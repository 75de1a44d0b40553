import { buffer } from 'node:stream/consumers';
import { openSaved, saveFile, setAside } from '../../saved-file';
import type { AmqpNotice } from '../amqp-notice';
import { Exchange, type ExchangeSettings } from '../broker/exchange';
import { Message } from '../broker/message';
import type { Queue } from '../broker/queue';
import type { QueueSettings } from '../broker/queue-settings';
import type { Vhost } from '../broker/vhost';
import { readTable, writeTable } from '../wire/field-table';
import { readRecords, writeRecords, type SavedRecord } from './saved-format';

/** What is kept of a server between two starts; a record's `is` tells which. Tables are in base64, as on the wire. */
type Description = { vhost: string } & (
  | { is: 'exchange'; settings: ExchangeSettings }
  | { is: 'queue'; settings: Omit<QueueSettings, 'arguments'>; arguments: string }
  | { is: 'binding'; source: string; to: 'queue' | 'exchange'; name: string; routingKey: string; arguments: string }
  | {
      is: 'message';
      queue: string;
      exchange: string;
      routingKey: string;
      persistent: boolean;
      /** Milliseconds since 1970; null: never. */
      expiresAt: number | null;
      redelivered: boolean;
      returns: number;
      /** In another queue before: the number of its record among those that have a body, from 0 on. */
      sameAs?: number;
    }
);
type Writable = { description: Description } & Partial<SavedRecord>;

const inBase64 = (table: ReturnType<typeof readTable>): string => writeTable(table).toString('base64');
const fromBase64 = (text: string) => readTable(Buffer.from(text, 'base64'));

/**
 * Saves what is durable: such exchanges and queues, the bindings between them, and their messages if persistent (of a
 * quorum queue all, as in RabbitMQ). A failure is told to `notify`.
 */
export async function saveBroker(
  file: string,
  vhosts: readonly Vhost[],
  notify: (notice: AmqpNotice) => void,
): Promise<void> {
  try {
    await saveFile(file, writeRecords(describe(vhosts)));
  } catch (error) {
    notify({ type: 'save-failed', file, error });
  }
}

function* describe(vhosts: readonly Vhost[]): Generator<Writable> {
  const written = new Map<Message, number>();
  for (const vhost of vhosts) {
    const exchanges = [...vhost.allExchanges].filter(({ settings }) => settings.durable);
    const queues = [...vhost.allQueues].filter(isKept);
    for (const { settings } of exchanges) {
      if (!isPredeclared(settings.name)) yield { description: { vhost: vhost.name, is: 'exchange', settings } };
    }
    for (const { settings } of queues) {
      const { arguments: table, ...rest } = settings;
      yield { description: { vhost: vhost.name, is: 'queue', settings: rest, arguments: inBase64(table) } };
    }
    for (const exchange of exchanges) yield* describeBindings(vhost.name, exchange);
    for (const queue of queues) yield* describeMessages(vhost.name, queue, written);
  }
}

const isPredeclared = (name: string): boolean => name === '' || name.startsWith('amq.');
const isKept = ({ settings }: Queue): boolean => settings.durable && !settings.exclusive;

function* describeBindings(vhost: string, { name: source, bindings }: Exchange): Generator<Writable> {
  for (const { destination, routingKey, arguments: table } of bindings) {
    const toExchange = destination instanceof Exchange;
    if (toExchange ? !destination.settings.durable : !isKept(destination)) continue;
    const to = toExchange ? 'exchange' : 'queue';
    const { name } = destination;
    yield { description: { vhost, is: 'binding', source, to, name, routingKey, arguments: inBase64(table) } };
  }
}

/** @param written the messages that have a record already: one in many queues is one in memory, here and once loaded. */
function* describeMessages(vhost: string, queue: Queue, written: Map<Message, number>): Generator<Writable> {
  for (const { message, expiresAt, redelivered, returns } of queue.messages()) {
    const { exchange, routingKey, persistent, properties, body } = message;
    if (!persistent && queue.rules.type !== 'quorum') continue;
    const description: Description = {
      vhost,
      is: 'message',
      queue: queue.name,
      exchange,
      routingKey,
      persistent,
      expiresAt: Number.isFinite(expiresAt) ? expiresAt : null,
      redelivered,
      returns,
    };
    const sameAs = written.get(message);
    if (sameAs === undefined) written.set(message, written.size);
    yield sameAs === undefined ? { description, properties, body } : { description: { ...description, sameAs } };
  }
}

/**
 * Loads what an earlier server saved; nothing if there is no file. A damaged file is set aside, and `notify` told.
 *
 * @param vhostOf adds the vhost where it is not there.
 */
export async function loadBroker(
  file: string,
  vhostOf: (name: string) => Vhost,
  notify: (notice: AmqpNotice) => void,
): Promise<void> {
  let records: SavedRecord[];
  try {
    const saved = await openSaved(file);
    if (saved === null) return;
    records = readRecords(await buffer(saved));
  } catch (error) {
    const setAsideAs = await setAside(file, new Date());
    return notify({ type: 'saved-file-damaged', file, setAsideAs, error });
  }
  const restored: Restored = { queues: new Map(), messages: [] };
  for (const record of records) restore(record, vhostOf, restored);
}

/** What is there of a file so far. */
interface Restored {
  /** By vhost and name. */
  readonly queues: Map<string, Queue>;
  readonly messages: Message[];
}

function restore(record: SavedRecord, vhostOf: (name: string) => Vhost, { queues, messages }: Restored): void {
  // The file was whole, which says that this is what was written.
  const saved = record.description as Description;
  const vhost = vhostOf(saved.vhost);
  const queueNamed = (name: string): Queue | undefined => queues.get(`${saved.vhost}\0${name}`);
  switch (saved.is) {
    case 'exchange':
      return vhost.declareExchange(saved.settings);
    case 'queue': {
      const queue = vhost.restoreQueue({ ...saved.settings, arguments: fromBase64(saved.arguments) });
      queues.set(`${saved.vhost}\0${queue.name}`, queue);
      return;
    }
    case 'binding': {
      const destination = saved.to === 'queue' ? queueNamed(saved.name) : vhost.exchange(saved.name);
      if (destination) vhost.bind(saved.source, destination, saved.routingKey, fromBase64(saved.arguments));
      return;
    }
    case 'message': {
      const { exchange, routingKey, persistent, expiresAt, redelivered, returns, sameAs } = saved;
      const same = sameAs === undefined ? undefined : messages[sameAs];
      const message = same ?? new Message(exchange, routingKey, record.properties, record.body, persistent);
      if (!same) messages.push(message);
      queueNamed(saved.queue)?.restore({ message, expiresAt: expiresAt ?? Infinity, redelivered, returns });
    }
  }
}
