import { Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { FailuresInARow } from './failures-in-a-row';
import { Telemetry } from './telemetry';

/** What happens between a process and RabbitMQ. */
@Injectable()
export class BrokerEvents {
  private readonly connected: Gauge<'connection'>;
  private readonly blocking: Gauge<'connection'>;
  private readonly disconnects: Counter<'connection'>;
  private readonly connectFailures: Counter<'connection'>;
  private readonly channelFailures: Counter<'connection'>;
  private readonly packsConfirmed: Counter;
  private readonly recordsConfirmed: Counter;
  private readonly packsRetried: Counter<'reason'>;
  private readonly packsAbandoned: Counter;
  private readonly topologyFailures: Counter;
  private readonly consumersLost: Counter<'queue'>;
  private readonly putBack: Counter<'queue'>;
  private isRetrying = false;
  private readonly failedTries = new Map<string, FailuresInARow>();

  constructor(private readonly telemetry: Telemetry) {
    const registers = [telemetry.registry];
    this.connected = new Gauge({
      name: 'logwarren_broker_connected',
      help: '1 while the connection to RabbitMQ stands.',
      labelNames: ['connection'],
      registers,
    });
    this.blocking = new Gauge({
      name: 'logwarren_broker_blocked',
      help: '1 while RabbitMQ takes nothing on this connection, because it is short of memory or disk.',
      labelNames: ['connection'],
      registers,
    });
    this.disconnects = new Counter({
      name: 'logwarren_broker_disconnects_total',
      help: 'Connections to RabbitMQ lost.',
      labelNames: ['connection'],
      registers,
    });
    this.connectFailures = new Counter({
      name: 'logwarren_broker_connect_failures_total',
      help: 'Tries to connect to RabbitMQ that failed.',
      labelNames: ['connection'],
      registers,
    });
    this.channelFailures = new Counter({
      name: 'logwarren_broker_channel_failures_total',
      help: 'Channels that could not be opened, because the connection to RabbitMQ went meanwhile.',
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
    this.packsAbandoned = new Counter({
      name: 'logwarren_packs_abandoned_total',
      help: 'Packs that a stop left unconfirmed; their senders were not told yes.',
      registers,
    });
    this.topologyFailures = new Counter({
      name: 'logwarren_topology_check_failures_total',
      help: 'Times that the exchanges and queues could not be declared or checked.',
      registers,
    });
    this.consumersLost = new Counter({
      name: 'logwarren_consumers_lost_total',
      help: 'Consumers that the broker no longer knew, each followed by a new connection.',
      labelNames: ['queue'],
      registers,
    });
    this.putBack = new Counter({
      name: 'logwarren_messages_put_back_total',
      help: 'Messages put back into their queue because their handler failed in a way that nobody foresaw.',
      labelNames: ['queue'],
      registers,
    });
  }

  connectionUp(connection: string): void {
    this.connected.set({ connection }, 1);
    this.blocking.set({ connection }, 0);
    this.failedTries.delete(connection);
    this.telemetry.log.info({ connection }, 'connected to RabbitMQ');
  }

  connectionLost(connection: string, error: unknown): void {
    this.connected.set({ connection }, 0);
    this.disconnects.inc({ connection });
    this.telemetry.log.warn({ connection, err: error }, 'lost the connection to RabbitMQ; trying to reconnect');
  }

  /** Warns of the first try of an outage, and once in a while: there is one a second. */
  connectFailed(connection: string, error: unknown): void {
    this.connected.set({ connection }, 0);
    this.connectFailures.inc({ connection });
    const failures = this.failedTries.get(connection) ?? new FailuresInARow();
    this.failedTries.set(connection, failures);
    const message = 'RabbitMQ cannot be reached; check RABBITMQ_URL; trying again';
    this.telemetry.log[failures.next()]({ connection, err: error }, message);
  }

  channelFailed(connection: string, error: unknown): void {
    this.channelFailures.inc({ connection });
    this.telemetry.log.warn({ connection, err: error }, 'a channel could not be opened; trying again when connected');
  }

  blocked(connection: string, reason: string): void {
    this.blocking.set({ connection }, 1);
    this.telemetry.log.warn({ connection, reason }, 'RabbitMQ blocks publishers: it is short of memory or disk');
  }

  unblocked(connection: string): void {
    this.blocking.set({ connection }, 0);
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

  /** A stop waited for the broker to confirm what was on its way. */
  drained(packs: number, seconds: number): void {
    this.telemetry.log.info({ packs, seconds }, 'drained: the broker has confirmed all that was taken in');
  }

  packsGivenUp(packs: number, seconds: number): void {
    this.packsAbandoned.inc(packs);
    this.telemetry.log.error(
      { packs, seconds },
      'stopped before the broker confirmed these packs; their senders were not told yes',
    );
  }

  topologyStands(): void {
    this.telemetry.log.info('exchanges, queues and bindings are in place');
  }

  topologyCheckFailed(error: unknown): void {
    this.topologyFailures.inc();
    this.telemetry.log.warn({ err: error }, 'the exchanges and queues could not be checked; trying again');
  }

  consumerLost(queue: string): void {
    this.consumersLost.inc({ queue });
    this.telemetry.log.warn({ queue }, 'the broker cancelled the consumer; reconnecting');
  }

  /** A fault of ours. The message comes again until its delivery limit, and then through the dead-letter queue. */
  messagePutBack(queue: string, error: unknown): void {
    this.putBack.inc({ queue });
    this.telemetry.log.error({ queue, err: error }, 'a message could not be handled; it goes back into its queue');
  }
}
