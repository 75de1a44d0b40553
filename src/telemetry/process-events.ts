import type { Telemetry } from './telemetry';

/** What a process consumes from the broker, as its start tells it. */
export interface ConsumerLine {
  /** Who consumes: `collect`, `monitor`. */
  readonly name: string;
  readonly queue: string;
  readonly exchange: string;
  /** Empty where the exchange gives its queues everything. */
  readonly patterns: readonly string[];
  /** Messages that it may hold; null: as many as there are, for they count as taken when they are sent. */
  readonly prefetch: number | null;
}

/** Where a process can be used, by what for. */
export type Addresses = Readonly<Record<string, string>>;

/** A binding of a few words is shown whole, one of all spellings of many words is not. */
const SHOWN_PATTERNS = 4;

/** The start and the stop of a process. Made before the application, which may wait for broker and store for long. */
export class ProcessEvents {
  constructor(private readonly telemetry: Telemetry) {}

  unsafe(variable: string, why: string): void {
    this.telemetry.log.warn({ variable }, `unsafe: ${variable}: ${why}`);
  }

  consuming(consumer: ConsumerLine): void {
    const { name, queue, exchange, patterns, prefetch } = consumer;
    const pattern = patterns.length === 0 ? '' : ` [${shown(patterns)}]`;
    const taking = prefetch === null ? 'automatic ack' : `prefetch=${prefetch}`;
    this.telemetry.log.info({ ...consumer }, `${name} <- ${queue} <- ${exchange}${pattern} ${taking}`);
  }

  started(addresses: Addresses): void {
    const places = Object.entries(addresses).map(([use, url]) => `${use} ${url}`);
    this.telemetry.log.info({ ...addresses }, `started: ${places.join(', ')}`);
  }

  stopping(signal: string): void {
    this.telemetry.log.info({ signal }, 'stopping; a second signal ends at once');
  }

  stopped(seconds: number): void {
    this.telemetry.log.info({ seconds }, 'stopped');
  }

  stopFailed(error: unknown): void {
    this.telemetry.log.fatal({ err: error }, 'the stop failed');
  }
}

function shown(patterns: readonly string[]): string {
  const rest = patterns.length - SHOWN_PATTERNS;
  const first = patterns.slice(0, SHOWN_PATTERNS).join(' ');
  return rest > 0 ? `${first} and ${rest} more` : first;
}
