import { Exchange } from './exchange';
import type { Queue } from './queue';

/** How many routing keys are remembered; all are forgotten beyond. */
const MOST_REMEMBERED = 10_000;

/**
 * The way from an exchange to queues, through bound exchanges too. Found once for each routing key and remembered until a
 * binding changes, so that matching costs nothing for a key seen before.
 */
export class Routes {
  private remembered = new Map<Exchange, Map<string, readonly Queue[]>>();
  private count = 0;

  /** Each queue once, in the order of bindings. */
  find(exchange: Exchange, routingKey: string): readonly Queue[] {
    const known = this.remembered.get(exchange)?.get(routingKey);
    if (known) return known;
    const queues = walk(exchange, routingKey);
    if (this.count >= MOST_REMEMBERED) this.forget();
    const keys = this.remembered.get(exchange) ?? new Map<string, readonly Queue[]>();
    this.remembered.set(exchange, keys.set(routingKey, queues));
    this.count += 1;
    return queues;
  }

  /** Bindings have changed. */
  forget(): void {
    this.remembered = new Map();
    this.count = 0;
  }
}

/** Visits each exchange once: they may be bound in a ring. A set visits what is added to it while it is walked. */
function walk(start: Exchange, routingKey: string): Queue[] {
  const queues = new Set<Queue>();
  const exchanges = new Set([start]);
  for (const exchange of exchanges) {
    for (const destination of exchange.destinations(routingKey)) {
      if (destination instanceof Exchange) exchanges.add(destination);
      else queues.add(destination);
    }
  }
  return [...queues];
}
