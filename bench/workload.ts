import { type LogRecord, NO_ATTRIBUTES } from '../src/log/log-record';
import type { Severity } from '../src/log/severity';
import { formatTimestamp, MILLISECOND_US } from '../src/log/timestamp';
import { messageOf } from './messages';
import { type Random, seededRandom } from './random';

/** The generators of every scenario begin with it. */
export const SEED = 1;

const SERVICES = 'web-shop checkout catalogue payments search-proxy accounts stock mailer invoices recommender'.split(
  ' ',
);
const SHARE_OF_SEVERITY: readonly (readonly [Severity, number])[] = [
  ['info', 0.72],
  ['debug', 0.18],
  ['warn', 0.07],
  ['error', 0.03],
];
/** How far the times of neighbours may be out of their order, ms: lines of many hosts meet in one file. */
const JITTER_MS = 200;

interface Key {
  readonly service: string;
  readonly severity: Severity;
  /** The sum of the shares up to and with this key; the last has 1. */
  readonly upTo: number;
}

/** 40 keys, each service half as frequent as the sum of the shares suggests: the n-th has a share of 1/n (Zipf). */
function skewedKeys(): Key[] {
  const whole = SERVICES.reduce((sum, _, i) => sum + 1 / (i + 1), 0);
  let upTo = 0;
  return SERVICES.flatMap((service, i) =>
    SHARE_OF_SEVERITY.map(([severity, share]) => {
      upTo += share / (i + 1) / whole;
      return { service, severity, upTo };
    }),
  );
}

/**
 * Records, also as lines in the line form, the same for the same seed: 40 keys with a skewed mix, times that rise at a given
 * pace and are jittered, bodies of 120 bytes on average. Counts what it made.
 */
export class Workload {
  /** Records so far, by `<service> <severity>`. */
  readonly tally = new Map<string, number>();
  bodyBytes = 0;
  private readonly keys = skewedKeys();
  private readonly random: Random;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** One record, its time around `atMs`, ms since the Unix epoch. */
  record(atMs: number): LogRecord {
    const { service, severity } = this.key();
    const time = Math.round(atMs + (this.random() - 0.5) * 2 * JITTER_MS);
    const body = messageOf(severity, this.random);
    const key = `${service} ${severity}`;
    this.tally.set(key, (this.tally.get(key) ?? 0) + 1);
    this.bodyBytes += body.length;
    return { timestamp: time * MILLISECOND_US, service, severity, body, attributes: NO_ATTRIBUTES };
  }

  /** The same as one line without its end. */
  line(atMs: number): string {
    const { timestamp, service, severity, body } = this.record(atMs);
    const [date = '', clock = ''] = formatTimestamp(timestamp).split('T');
    return `${date} ${clock.slice(0, 12)} ${service} ${severity.toUpperCase()} ${body}`;
  }

  /** So many of them, as they stand in a file. */
  lines(count: number, atMs: number): string {
    return Array.from({ length: count }, () => this.line(atMs)).join('\n');
  }

  private key(): Key {
    const at = this.random();
    const found = this.keys.find(({ upTo }) => at < upTo) ?? this.keys.at(-1);
    if (found === undefined) throw new Error('there are no keys');
    return found;
  }
}
