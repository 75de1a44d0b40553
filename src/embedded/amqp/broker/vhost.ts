import { randomBytes } from 'node:crypto';
import { AmqpError } from '../reply-codes';
import type { FieldTable } from '../wire/field-table';
import { DirectReplies } from './direct-replies';
import { deadLetterOf, goesRound, type DeathReason } from './dead-letter';
import { mustBeSame, mustHaveSameArguments } from './equivalence';
import { Exchange, EXCHANGE_TYPES, type ExchangeSettings, type ExchangeType } from './exchange';
import type { MemoryBudget } from './memory-budget';
import type { Message } from './message';
import { Queue, type QueueSurroundings } from './queue';
import { comparedArguments } from './queue-arguments';
import { rulesOf, type QueueSettings } from './queue-settings';
import { Routes } from './routes';

/** Those that are there from the start. The one without a name leads to every queue under the queue's name. */
const PREDECLARED: readonly [string, ExchangeType][] = [
  ['', 'direct'],
  ['amq.direct', 'direct'],
  ['amq.fanout', 'fanout'],
  ['amq.topic', 'topic'],
];

/** A virtual host: exchanges, queues and bindings that know nothing of those in another. */
export class Vhost implements QueueSurroundings {
  private readonly exchanges = new Map<string, Exchange>();
  private readonly queues = new Map<string, Queue>();
  private readonly routes = new Routes();
  readonly replies = new DirectReplies();

  /** @param now milliseconds since 1970. */
  constructor(
    readonly name: string,
    readonly budget: MemoryBudget,
    readonly now: () => number,
  ) {
    for (const [exchange, type] of PREDECLARED) {
      const settings = { name: exchange, type, durable: true, autoDelete: false, internal: false };
      this.exchanges.set(exchange, new Exchange(settings));
    }
  }

  /** @throws AmqpError NOT_FOUND. */
  exchange(name: string): Exchange {
    const exchange = this.exchanges.get(name);
    if (!exchange) throw new AmqpError('NOT_FOUND', `no ${this.where('exchange', name)}`);
    return exchange;
  }

  /**
   * @param owner the connection that asks: the queue may be exclusive to another.
   * @throws AmqpError NOT_FOUND or RESOURCE_LOCKED.
   */
  queue(name: string, owner: object): Queue {
    const queue = this.queues.get(name);
    if (!queue) throw new AmqpError('NOT_FOUND', `no ${this.where('queue', name)}`);
    if (queue.owner && queue.owner !== owner) throw this.locked(name);
    return queue;
  }

  get allQueues(): Iterable<Queue> {
    return this.queues.values();
  }

  get allExchanges(): Iterable<Exchange> {
    return this.exchanges.values();
  }

  /** Adds the exchange, unless it is there with the same settings. @throws AmqpError where it differs. */
  declareExchange(settings: Omit<ExchangeSettings, 'type'> & { type: string }): void {
    const { name, type } = settings;
    const where = this.where('exchange', name);
    if (name === '') throw refusedDefault();
    const known = EXCHANGE_TYPES.find((candidate) => candidate === type);
    if (!known) throw unknownType(type);
    const current = this.exchanges.get(name);
    if (current) {
      const compared = { type: 'type', durable: 'durable', autoDelete: 'auto_delete', internal: 'internal' };
      return mustBeSame(compared, settings, current.settings, where);
    }
    if (name.startsWith('amq.')) throw reserved('exchange', name);
    this.exchanges.set(name, new Exchange({ ...settings, type: known }));
  }

  /** Nothing happens if it is not there. @throws AmqpError PRECONDITION_FAILED if it should be unused and is not. */
  deleteExchange(name: string, { ifUnused }: { ifUnused: boolean }): void {
    if (name === '') throw refusedDefault();
    if (name.startsWith('amq.')) {
      throw new AmqpError('ACCESS_REFUSED', `deletion of system ${this.where('exchange', name)} not allowed`);
    }
    const exchange = this.exchanges.get(name);
    if (!exchange) return;
    if (ifUnused && exchange.isBound) {
      throw new AmqpError('PRECONDITION_FAILED', `${this.where('exchange', name)} in use`);
    }
    this.exchanges.delete(name);
    this.unbindAll(exchange);
  }

  /**
   * Adds the queue, unless it is there with the same settings.
   *
   * @param settings a name of '' asks for one.
   * @param owner the connection that declares it.
   * @throws AmqpError where it differs, is another connection's or cannot be.
   */
  declareQueue(settings: QueueSettings, owner: object): Queue {
    if (settings.name.startsWith('amq.')) throw reserved('queue', settings.name); // even if it is there, as made up here
    const name = settings.name || `amq.gen-${randomBytes(16).toString('base64url')}`;
    const where = this.where('queue', name);
    const current = this.queues.get(name);
    if (current) {
      if (current.owner !== (settings.exclusive ? owner : undefined)) throw this.locked(name);
      mustBeSame({ durable: 'durable', autoDelete: 'auto_delete' }, settings, current.settings, where);
      const compared = comparedArguments(current.rules.type);
      mustHaveSameArguments(compared, settings.arguments, current.settings.arguments, where);
      current.touch();
      return current;
    }
    const named = { ...settings, name };
    return this.addQueue(new Queue(named, rulesOf(named, where), this, settings.exclusive ? owner : undefined));
  }

  /** A queue that an earlier process saved. */
  restoreQueue(settings: QueueSettings): Queue {
    const rules = rulesOf(settings, this.where('queue', settings.name));
    return this.addQueue(new Queue(settings, rules, this));
  }

  private addQueue(queue: Queue): Queue {
    this.queues.set(queue.name, queue);
    this.routes.forget();
    return queue;
  }

  /** Nothing happens if it is gone already. */
  deleteQueue(queue: Queue): void {
    if (this.queues.get(queue.name) !== queue) return;
    this.queues.delete(queue.name);
    this.unbindAll(queue);
    queue.close();
  }

  /** Deletes the exclusive queues of a connection that has ended. */
  deleteQueuesOf(owner: object): void {
    for (const queue of [...this.queues.values()]) if (queue.owner === owner) this.deleteQueue(queue);
  }

  unused(queue: Queue): void {
    this.deleteQueue(queue);
  }

  bind(source: string, destination: Queue | Exchange, routingKey: string, table: FieldTable): void {
    if (source === '' || destination.name === '') throw refusedDefault();
    const exchange = this.exchange(source);
    exchange.add({ source: exchange, destination, routingKey, arguments: table });
    this.routes.forget();
  }

  /** Nothing happens if there is no such binding. */
  unbind(source: string, destination: Queue | Exchange | undefined, routingKey: string, table: FieldTable): void {
    if (source === '' || destination?.name === '') throw refusedDefault();
    const exchange = this.exchanges.get(source);
    if (destination && exchange?.remove({ source: exchange, destination, routingKey, arguments: table })) {
      this.afterUnbinding(exchange);
    }
    this.routes.forget();
  }

  private unbindAll(destination: Queue | Exchange): void {
    for (const exchange of [...this.exchanges.values()]) {
      const gone = [...exchange.bindings].filter((binding) => binding.destination === destination);
      for (const binding of gone) exchange.remove(binding);
      if (gone.length > 0) this.afterUnbinding(exchange);
    }
    this.routes.forget();
  }

  private afterUnbinding(exchange: Exchange): void {
    if (exchange.settings.autoDelete && !exchange.isBound) this.deleteExchange(exchange.name, { ifUnused: false });
  }

  /** The queues that a message to this exchange under this key goes to, each once. */
  route(exchange: Exchange, routingKey: string): readonly Queue[] {
    if (exchange.name === '') {
      const queue = this.queues.get(routingKey);
      return queue ? [queue] : [];
    }
    return this.routes.find(exchange, routingKey);
  }

  deadLetter(queue: Queue, message: Message, reason: DeathReason): boolean {
    const { deadLetterExchange, deadLetterRoutingKey } = queue.rules;
    if (deadLetterExchange === undefined) return true;
    const exchange = this.exchanges.get(deadLetterExchange);
    if (!exchange) return false;
    const key = deadLetterRoutingKey ?? message.routingKey;
    const death = { queue: queue.name, reason, at: this.now() };
    const letter = deadLetterOf(message, death, deadLetterExchange, key);
    const queues = this.route(exchange, key);
    const open = reason === 'rejected' ? queues : queues.filter(({ name }) => !goesRound(letter, name));
    const taken = open.map((target) => target.publish(letter));
    return queues.length > 0 && taken.every(Boolean);
  }

  /** Delivers nothing more: what is not acknowledged comes back to its queue once its connection is closed. */
  stop(): void {
    for (const queue of this.queues.values()) queue.stop();
  }

  /** Forgets all messages and ends all timers. */
  close(): void {
    for (const queue of this.queues.values()) queue.close();
  }

  private where(kind: 'queue' | 'exchange', name: string): string {
    return `${kind} '${name}' in vhost '${this.name}'`;
  }

  private locked(name: string): AmqpError {
    return new AmqpError(
      'RESOURCE_LOCKED',
      `cannot obtain exclusive access to locked ${this.where('queue', name)}. It could be originally declared on ` +
        'another connection or the exclusive property value does not match that of the original declaration.',
    );
  }
}

function reserved(kind: 'queue' | 'exchange', name: string): AmqpError {
  return new AmqpError('ACCESS_REFUSED', `${kind} name '${name}' contains reserved prefix 'amq.*'`);
}

function refusedDefault(): AmqpError {
  return new AmqpError('ACCESS_REFUSED', 'operation not permitted on the default exchange');
}

function unknownType(type: string): AmqpError {
  if (type === 'headers')
    return new AmqpError('NOT_IMPLEMENTED', 'headers exchanges are not there in the embedded server');
  return new AmqpError('COMMAND_INVALID', `unknown exchange type '${type}'`);
}
