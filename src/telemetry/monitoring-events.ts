import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { Severity } from '../log/severity';
import { FailuresInARow } from './failures-in-a-row';
import { Telemetry } from './telemetry';

/** What waits in MonitoringQueue. */
export interface QueueSeen {
  readonly messages: number;
  readonly consumers: number;
}

/** What a monitor sees and counts. */
@Injectable()
export class MonitoringEvents {
  private readonly records: Counter<'severity'>;
  private readonly unreadable: Counter;
  private readonly repeated: Counter;
  private readonly uncounted: Counter<'reason'>;
  private readonly lagSeconds: Histogram;
  private readonly queueMessages: Gauge;
  private readonly queueConsumers: Gauge;
  private readonly queueFailures: Counter;
  private readonly countRetries: Counter;
  private readonly failedRounds = new FailuresInARow();

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
    this.repeated = new Counter({
      name: 'logwarren_monitored_messages_repeated_total',
      help: 'Messages that this monitor had seen already, sent again by a source that could not know; they count once.',
      registers,
    });
    this.uncounted = new Counter({
      name: 'logwarren_monitored_records_uncounted_total',
      help: 'Records that no alert counts: late (a backlog), too_many_services, too_many_buckets, or lost in a crash or a stop.',
      labelNames: ['reason'],
      registers,
    });
    this.lagSeconds = new Histogram({
      name: 'logwarren_monitoring_lag_seconds',
      help: 'From the making of a message to its being seen; near 60 MonitoringQueue drops messages for their age.',
      buckets: [0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 55, 60, 300],
      registers,
    });
    this.queueMessages = new Gauge({
      name: 'logwarren_monitoring_queue_messages',
      help: 'Messages that wait in MonitoringQueue.',
      registers,
    });
    this.queueConsumers = new Gauge({
      name: 'logwarren_monitoring_queue_consumers',
      help: 'Monitors that consume MonitoringQueue.',
      registers,
    });
    this.queueFailures = new Counter({
      name: 'logwarren_monitoring_queue_failures_total',
      help: 'Times that MonitoringQueue could not be looked at; meanwhile the two gauges of it stand still.',
      registers,
    });
    this.countRetries = new Counter({
      name: 'logwarren_alert_count_retries_total',
      help: 'Rounds of counting and judging that failed because the store was away; what was counted is kept.',
      registers,
    });
  }

  rulesStand(rules: readonly string[]): void {
    this.telemetry.log.info({ rules }, `alerts: ${rules.join('; ') || 'off'}`);
  }

  noWebhook(): void {
    this.telemetry.log.info('ALERT_WEBHOOK_URL is not set: notices of alerts are only logged');
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

  messageRepeated(routingKey: string): void {
    this.repeated.inc();
    this.telemetry.log.debug({ routingKey }, 'a message was sent again; its records are counted already');
  }

  lag(seconds: number): void {
    this.lagSeconds.observe(Math.max(0, seconds));
  }

  /** Late records are what a backlog is made of, so they are no reason to warn. */
  recordsUncounted(reason: 'late' | 'too_many_services' | 'too_many_buckets', count: number): void {
    this.uncounted.inc({ reason }, count);
    const level = reason === 'late' ? 'info' : 'warn';
    this.telemetry.log[level]({ reason, count }, `records that no alert counts: ${reason}`);
  }

  queueSeen({ messages, consumers }: QueueSeen): void {
    this.queueMessages.set(messages);
    this.queueConsumers.set(consumers);
  }

  queueFilling(messages: number): void {
    this.telemetry.log.warn(
      { messages },
      'MonitoringQueue fills up: monitors are too slow; beyond its bounds it drops the oldest',
    );
  }

  queueDrained(messages: number): void {
    this.telemetry.log.info({ messages }, 'MonitoringQueue is short again');
  }

  queueUnknown(error: unknown): void {
    this.queueFailures.inc();
    this.telemetry.log.debug({ err: error }, 'MonitoringQueue could not be looked at');
  }

  /** Warns of the first round of an outage, and once in a while. */
  storeAway(error: unknown, waitMs: number): void {
    this.countRetries.inc();
    const level = this.failedRounds.next();
    this.telemetry.log[level]({ err: error, waitMs }, 'alerts cannot be judged now; counting goes on, trying again');
  }

  storeBack(seconds: number): void {
    this.failedRounds.end();
    this.telemetry.log.info({ seconds }, 'alerts are judged again');
  }

  drained(seconds: number): void {
    this.telemetry.log.info({ seconds }, 'drained: all that was counted is saved and judged');
  }

  drainFailed(error: unknown, records: number): void {
    this.uncounted.inc({ reason: 'stopped' }, records);
    this.telemetry.log.warn({ err: error, records }, 'stopping with counts that could not be saved');
  }
}
