import { Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { Telemetry } from './telemetry';

/** What happens between a process and RabbitMQ. */
@Injectable()
export class BrokerEvents {
  private readonly connected: Gauge<'connection'>;
  private readonly reconnects: Counter<'connection'>;
  private readonly packsConfirmed: Counter;
  private readonly recordsConfirmed: Counter;
  private readonly packsRetried: Counter<'reason'>;
  private isRetrying = false;

  constructor(private readonly telemetry: Telemetry) {
    const registers = [telemetry.registry];
    this.connected = new Gauge({
      name: 'logwarren_broker_connected',
      help: '1 while the connection to RabbitMQ stands.',
      labelNames: ['connection'],
      registers,
    });
    this.reconnects = new Counter({
      name: 'logwarren_broker_disconnects_total',
      help: 'Connections to RabbitMQ lost.',
      labelNames: ['connection'],
      registers,
    });
    this.packsConfirmed = new Counter({
      name: 'logwarren_packs_confirmed_total',
      help: 'Packs that the broker confirmed and a queue took.',
      registers,
    });
    this.recordsConfirmed = new Counter({
      name: 'logwarren_records_confirmed_total',
      help: 'Records in confirmed packs.',
      registers,
    });
    this.packsRetried = new Counter({
      name: 'logwarren_packs_retried_total',
      help: 'Packs sent again because they were not confirmed.',
      labelNames: ['reason'],
      registers,
    });
  }

  connectionUp(connection: string): void {
    this.connected.set({ connection }, 1);
    this.telemetry.log.info({ connection }, 'connected to RabbitMQ');
  }

  connectionLost(connection: string, error: unknown): void {
    this.connected.set({ connection }, 0);
    this.reconnects.inc({ connection });
    this.telemetry.log.warn({ connection, err: error }, 'lost the connection to RabbitMQ; trying to reconnect');
  }

  connectFailed(connection: string, error: unknown): void {
    this.connected.set({ connection }, 0);
    this.telemetry.log.warn({ connection, err: error }, 'RabbitMQ cannot be reached; check RABBITMQ_URL; trying again');
  }

  blocked(connection: string, reason: string): void {
    this.telemetry.log.warn({ connection, reason }, 'RabbitMQ blocks publishers: it is short of memory or disk');
  }

  unblocked(connection: string): void {
    this.telemetry.log.info({ connection }, 'RabbitMQ takes messages again');
  }

  packConfirmed(records: number): void {
    this.isRetrying = false;
    this.packsConfirmed.inc();
    this.recordsConfirmed.inc(records);
  }

  /** Warns of the first pack until one is confirmed again: a lost connection fails every pack on its way at once. */
  packRetried(reason: 'returned' | 'refused', packId: string, error: unknown): void {
    this.packsRetried.inc({ reason });
    const level = this.isRetrying ? 'debug' : 'warn';
    this.isRetrying = true;
    this.telemetry.log[level]({ packId, reason, err: error }, 'a pack was not confirmed; sending it again');
  }

  packsGivenUp(packs: number): void {
    if (packs > 0)
      this.telemetry.log.error(
        { packs },
        'stopped before the broker confirmed these packs; their senders were not told yes',
      );
  }

  topologyStands(): void {
    this.telemetry.log.info('exchanges, queues and bindings are in place');
  }

  topologyCheckFailed(error: unknown): void {
    this.telemetry.log.warn({ err: error }, 'the exchanges and queues could not be checked; trying again');
  }

  consumerLost(queue: string): void {
    this.telemetry.log.warn({ queue }, 'the broker cancelled the consumer; reconnecting');
  }
}
