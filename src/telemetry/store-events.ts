import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { Telemetry } from './telemetry';

/** What happens between a process and MongoDB. */
@Injectable()
export class StoreEvents {
  private readonly connected: Gauge;

  constructor(private readonly telemetry: Telemetry) {
    this.connected = new Gauge({
      name: 'logwarren_store_connected',
      help: '1 while MongoDB is reachable and takes writes.',
      registers: [telemetry.registry],
    });
  }

  connectFailed(error: unknown): void {
    this.connected.set(0);
    this.telemetry.log.warn({ err: error }, 'MongoDB cannot be reached; check MONGODB_URI; trying again');
  }

  notReady(error: unknown): void {
    this.telemetry.log.warn({ err: error }, 'MongoDB answers but cannot be used yet; trying again');
  }

  ready(database: string): void {
    this.connected.set(1);
    this.telemetry.log.info({ database }, 'connected to MongoDB; collections and indexes are in place');
  }

  connectionLost(): void {
    this.connected.set(0);
    this.telemetry.log.warn('lost the connection to MongoDB; trying to reconnect');
  }

  connectionRegained(): void {
    this.connected.set(1);
    this.telemetry.log.info('connected to MongoDB again');
  }
}
