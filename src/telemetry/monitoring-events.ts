import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import type { Severity } from '../log/severity';
import { Telemetry } from './telemetry';

/** What a monitor sees. */
@Injectable()
export class MonitoringEvents {
  private readonly records: Counter<'severity'>;
  private readonly unreadable: Counter;

  constructor(private readonly telemetry: Telemetry) {
    const registers = [telemetry.registry];
    this.records = new Counter({
      name: 'logwarren_monitored_records_total',
      help: 'Errors and warnings seen by this monitor.',
      labelNames: ['severity'],
      registers,
    });
    this.unreadable = new Counter({
      name: 'logwarren_monitored_unreadable_total',
      help: 'Records in MonitoringQueue that could not be read; the collector keeps them as dead letters.',
      registers,
    });
  }

  recordsSeen(severity: Severity, count: number): void {
    this.records.inc({ severity }, count);
  }

  recordsUnreadable(count: number, routingKey: string): void {
    if (count === 0) return;
    this.unreadable.inc(count);
    this.telemetry.log.debug(
      { routingKey, count },
      'records could not be read; the collector keeps them as dead letters',
    );
  }
}
