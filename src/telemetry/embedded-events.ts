import { Counter } from 'prom-client';
import type { Telemetry } from './telemetry';

/** The embedded servers of a process, as its start tells of them. */
export interface EmbeddedPlaces {
  /** Where clients reach the broker; absent: it is not embedded. */
  readonly rabbitmq?: string;
  /** Where clients reach the store; absent: it is not embedded. */
  readonly mongodb?: string;
  /** Where both keep their data. */
  readonly folder: string;
  /** What the store keeps at most, bytes of documents. */
  readonly maxBytes: number;
}

const MIB = 1024 * 1024;

/** What happens to the servers that run within the process. */
export class EmbeddedEvents {
  private readonly evicted: Counter;
  private readonly evictedBytes: Counter;
  private readonly refused: Counter<'server'>;
  private readonly failures: Counter<'server' | 'what'>;
  private isEvicting = false;

  constructor(private readonly telemetry: Telemetry) {
    const registers = [telemetry.registry];
    this.evicted = new Counter({
      name: 'logwarren_embedded_chunks_evicted_total',
      help: 'Chunks that the embedded MongoDB gave up, the oldest first, to stay below EMBEDDED_MAX_MB.',
      registers,
    });
    this.evictedBytes = new Counter({
      name: 'logwarren_embedded_evicted_bytes_total',
      help: 'Bytes of the chunks that the embedded MongoDB gave up.',
      registers,
    });
    this.refused = new Counter({
      name: 'logwarren_embedded_connection_failures_total',
      help: 'Connections that an embedded server ended because of what came over them.',
      labelNames: ['server'],
      registers,
    });
    this.failures = new Counter({
      name: 'logwarren_embedded_data_failures_total',
      help: 'Times that the data of an embedded server could not be loaded or saved.',
      labelNames: ['server', 'what'],
      registers,
    });
  }

  /** A few lines that nobody who starts the process should miss. */
  started({ rabbitmq, mongodb, folder, maxBytes }: EmbeddedPlaces): void {
    const { log } = this.telemetry;
    if (rabbitmq !== undefined) {
      const { host, pathname } = new URL(rabbitmq); // the log would hide user and password
      log.info(`embedded RabbitMQ: amqp://${host}${pathname} (user guest, password guest)`);
    }
    if (mongodb !== undefined) {
      log.info(`embedded MongoDB: ${mongodb} (keeps ${maxBytes / MIB} MiB of documents; then the oldest records go)`);
    }
    log.info(`embedded: the data is in ${folder}; it is saved when this process is told to stop, and only then`);
    log.warn(
      'embedded: not for production, nor for more than one machine: a crash loses what was stored since the start',
    );
    log.info('embedded: to use servers of your own, set RABBITMQ_URL and MONGODB_URI; scripts/services.sh starts two');
  }

  stopped(seconds: number): void {
    this.telemetry.log.info({ seconds }, 'embedded: the servers have ended, their data is saved');
  }

  /** Warns of the first ones only: from then on each write drives out as much as it brings. */
  chunksEvicted(chunks: number, bytes: number): void {
    this.evicted.inc(chunks);
    this.evictedBytes.inc(bytes);
    const level = this.isEvicting ? 'debug' : 'warn';
    this.isEvicting = true;
    this.telemetry.log[level](
      { chunks, bytes },
      'embedded MongoDB is full: from now on the oldest records go; EMBEDDED_MAX_MB says how much it keeps',
    );
  }
}
