import { Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { Telemetry } from './telemetry';

/** What happens between a process and MongoDB. */
@Injectable()
export class StoreEvents {
  private readonly connected: Gauge;
  private readonly disconnects: Counter;
  private readonly connectFailures: Counter;

  constructor(private readonly telemetry: Telemetry) {
    const registers = [telemetry.registry];
    this.connected = new Gauge({
      name: 'logwarren_store_connected',
      help: '1 while MongoDB is reachable and takes writes.',
      registers,
    });
    this.disconnects = new Counter({
      name: 'logwarren_store_disconnects_total',
      help: 'Times that the connection to MongoDB was lost.',
      registers,
    });
    this.connectFailures = new Counter({
      name: 'logwarren_store_connect_failures_total',
      help: 'Tries at the start to connect to MongoDB, or to make its collections, that failed.',
      registers,
    });
  }

  connectFailed(error: unknown): void {
    this.connected.set(0);
    this.connectFailures.inc();
    this.telemetry.log.warn({ err: error }, 'MongoDB cannot be reached; check MONGODB_URI; trying again');
  }

  notReady(error: unknown): void {
    this.connectFailures.inc();
    this.telemetry.log.warn({ err: error }, 'MongoDB answers but cannot be used yet; trying again');
  }

  ready(database: string): void {
    this.connected.set(1);
    this.telemetry.log.info({ database }, 'connected to MongoDB; collections and indexes are in place');
  }

  connectionLost(): void {
    this.connected.set(0);
    this.disconnects.inc();
    this.telemetry.log.warn('lost the connection to MongoDB; trying to reconnect');
  }

  connectionRegained(): void {
    this.connected.set(1);
    this.telemetry.log.info('connected to MongoDB again');
  }
}
