import type { FieldTable } from '../wire/field-table';
import { writeTable } from '../wire/field-table';
import type { Queue } from './queue';
import { topicMatches } from './topic-pattern';

export const EXCHANGE_TYPES = ['direct', 'fanout', 'topic'] as const;
export type ExchangeType = (typeof EXCHANGE_TYPES)[number];

export interface Binding {
  readonly source: Exchange;
  readonly destination: Queue | Exchange;
  readonly routingKey: string;
  readonly arguments: FieldTable;
}

/** How an exchange is declared; what a second declaration must repeat. */
export interface ExchangeSettings {
  readonly name: string;
  readonly type: ExchangeType;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  /** Not to be published to by clients. */
  readonly internal: boolean;
}

/** Bindings differ by source, destination, routing key and arguments. */
function identity(binding: Binding): string {
  const { destination, routingKey } = binding;
  const kind = destination instanceof Exchange ? 'e' : 'q';
  return [kind, destination.name, routingKey, writeTable(binding.arguments).toString('hex')].join('\0');
}

/** An exchange with the bindings that lead away from it. */
export class Exchange {
  private readonly byIdentity = new Map<string, Binding>();

  constructor(readonly settings: ExchangeSettings) {}

  get name(): string {
    return this.settings.name;
  }

  get bindings(): Iterable<Binding> {
    return this.byIdentity.values();
  }

  get isBound(): boolean {
    return this.byIdentity.size > 0;
  }

  add(binding: Binding): void {
    const id = identity(binding);
    if (!this.byIdentity.has(id)) this.byIdentity.set(id, binding);
  }

  /** @returns whether there was such a binding. */
  remove(binding: Binding): boolean {
    return this.byIdentity.delete(identity(binding));
  }

  /** Where a message with this key goes, each destination possibly more than once. */
  *destinations(routingKey: string): Generator<Queue | Exchange> {
    for (const binding of this.byIdentity.values()) {
      if (this.follows(binding.routingKey, routingKey)) yield binding.destination;
    }
  }

  private follows(bindingKey: string, routingKey: string): boolean {
    switch (this.settings.type) {
      case 'fanout':
        return true;
      case 'direct':
        return bindingKey === routingKey;
      case 'topic':
        return topicMatches(bindingKey, routingKey);
    }
  }
}
