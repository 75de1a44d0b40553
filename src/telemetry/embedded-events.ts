import { Counter } from 'prom-client';
import type { Telemetry } from './telemetry';

/** Which server, by the name of what it stands in for. */
export type EmbeddedServer = 'RabbitMQ' | 'MongoDB';

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
  private readonly queuesFilled: Counter;
  private readonly connectionsEnded: Counter<'server'>;
  private readonly dataFailures: Counter<'server' | 'what'>;
  private readonly faults: Counter<'server'>;
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
    this.queuesFilled = new Counter({
      name: 'logwarren_embedded_queues_full_total',
      help: 'Times that the queues of the embedded RabbitMQ held all that they may.',
      registers,
    });
    this.connectionsEnded = new Counter({
      name: 'logwarren_embedded_connections_refused_total',
      help: 'Connections that an embedded server ended because of what came over them.',
      labelNames: ['server'],
      registers,
    });
    this.dataFailures = new Counter({
      name: 'logwarren_embedded_data_failures_total',
      help: 'Times that the data of an embedded server could not be loaded or saved.',
      labelNames: ['server', 'what'],
      registers,
    });
    this.faults = new Counter({
      name: 'logwarren_embedded_faults_total',
      help: 'Connections and requests that failed through no fault of the client.',
      labelNames: ['server'],
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
      log.info(`embedded MongoDB: ${mongodb} (keeps ${maxBytes / MIB} MiB in memory; then the oldest records go)`);
    }
    log.info(`embedded: the data is in ${folder}; it is saved when this process is told to stop, and only then`);
    log.warn(
      'embedded: not for production, nor for more than one machine: a crash loses what was stored since the start',
    );
    log.info('embedded: to use servers of your own, set RABBITMQ_URL and MONGODB_URI; scripts/services.sh starts two');
  }

  stopped(seconds: number): void {
    this.telemetry.log.info({ seconds }, 'the embedded servers have ended');
  }

  /** Warns of the first ones only: from then on each write drives out as much as it brings. */
  chunksEvicted(chunks: number, bytes: number): void {
    this.evicted.inc(chunks);
    this.evictedBytes.inc(bytes);
    const level = this.isEvicting ? 'debug' : 'warn';
    this.isEvicting = true;
    const message = 'embedded MongoDB holds all that EMBEDDED_MAX_MB allows: from now on the oldest records go';
    this.telemetry.log[level]({ chunks, bytes }, message);
  }

  queuesFull(maxBytes: number): void {
    this.queuesFilled.inc();
    const message = 'the queues of the embedded RabbitMQ are full: LogQueue refuses messages, others lose their oldest';
    this.telemetry.log.warn({ maxBytes }, message);
  }

  /** @param why what the client did. */
  connectionEnded(server: EmbeddedServer, peer: string, why: string): void {
    this.connectionsEnded.inc({ server });
    this.telemetry.log.warn({ server, peer, why }, `embedded ${server} ended a connection: ${why}`);
  }

  /** @param movedTo the name under which the file is kept. */
  dataUnusable(server: EmbeddedServer, movedTo: string, error: unknown): void {
    this.dataFailures.inc({ server, what: 'load' });
    const message = `embedded ${server} begins empty: its saved data cannot be used, and is kept as ${movedTo}`;
    this.telemetry.log.error({ server, movedTo, err: error }, message);
  }

  dataNotSaved(server: EmbeddedServer, file: string, error: unknown): void {
    this.dataFailures.inc({ server, what: 'save' });
    const message = `embedded ${server} could not save its data: what came since the start is lost`;
    this.telemetry.log.error({ server, file, err: error }, message);
  }

  /** A connection or a request failed, through no fault of the client. */
  failed(server: EmbeddedServer, error: unknown): void {
    this.faults.inc({ server });
    this.telemetry.log.error({ server, err: error }, `embedded ${server} could not do what a client asked; it goes on`);
  }
}
