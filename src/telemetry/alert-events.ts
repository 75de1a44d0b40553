import { Injectable } from '@nestjs/common';
import { Counter, Histogram } from 'prom-client';
import { formatTimestamp } from '../log/timestamp';
import { DURATION_BUCKETS } from './metrics';
import { Telemetry } from './telemetry';

/** A notice of an alert, as the log shows it. */
export interface LoggedNotice {
  readonly status: 'firing' | 'resolved';
  readonly rule: string;
  readonly service: string;
  readonly fingerprint: string;
  readonly startsAt: string;
  readonly endsAt: string | null;
  readonly summary: string;
  readonly link: string;
  readonly lines: readonly string[];
}

/** What becomes of alerts and of the notices of them. */
@Injectable()
export class AlertEvents {
  private readonly steps: Counter<'to'>;
  private readonly notices: Counter<'status' | 'outcome'>;
  private readonly delay: Histogram<'status'>;
  private readonly outboxFailures: Counter;

  constructor(private readonly telemetry: Telemetry) {
    const registers = [telemetry.registry];
    this.steps = new Counter({
      name: 'logwarren_alert_steps_total',
      help: 'Steps of alerts that this monitor took, by the state they led to.',
      labelNames: ['to'],
      registers,
    });
    this.notices = new Counter({
      name: 'logwarren_alert_notices_total',
      help: 'Notices by what became of a try: sent, failed (tried again), given_up, taken_over from another monitor, or overtaken by one.',
      labelNames: ['status', 'outcome'],
      registers,
    });
    this.delay = new Histogram({
      name: 'logwarren_alert_notice_delay_seconds',
      help: 'From when the threshold was reached, or an alert ended, by the timestamps of its records, to the notice sent.',
      labelNames: ['status'],
      buckets: [...DURATION_BUCKETS, 300, 3_600],
      registers,
    });
    this.outboxFailures = new Counter({
      name: 'logwarren_alert_outbox_failures_total',
      help: 'Times that the notices to be sent could not be looked up, to be tried again.',
      registers,
    });
  }

  pending(rule: string, service: string): void {
    this.steps.inc({ to: 'pending' });
    this.telemetry.log.debug({ rule, service }, 'alert pending: there are records, but fewer than the threshold');
  }

  firing(rule: string, service: string, startsAt: number): void {
    this.steps.inc({ to: 'firing' });
    this.telemetry.log.info({ rule, service, startsAt: formatTimestamp(startsAt) }, 'an alert begins to fire');
  }

  resolved(rule: string, service: string, endsAt: number): void {
    this.steps.inc({ to: 'resolved' });
    this.telemetry.log.info({ rule, service, endsAt: formatTimestamp(endsAt) }, 'an alert is over');
  }

  forgotten(rule: string, service: string): void {
    this.steps.inc({ to: 'ok' });
    this.telemetry.log.debug({ rule, service }, 'a pending alert ended without firing');
  }

  /** The notice itself: what people look for in the log. */
  notice(notice: LoggedNotice): void {
    if (notice.status === 'firing') this.telemetry.log.warn({ ...notice }, `ALERT firing: ${notice.summary}`);
    else this.telemetry.log.info({ ...notice }, `ALERT resolved: ${notice.summary}`);
  }

  /** @param seconds how long after what it tells; null where that is not known. */
  noticeSent(status: 'firing' | 'resolved', service: string, seconds: number): void {
    this.notices.inc({ status, outcome: 'sent' });
    this.delay.observe({ status }, Math.max(0, seconds));
    this.telemetry.log.debug({ status, service, seconds }, 'a notice was sent');
  }

  noticeFailed(status: 'firing' | 'resolved', service: string, error: unknown, waitMs: number): void {
    this.notices.inc({ status, outcome: 'failed' });
    this.telemetry.log.warn(
      { status, service, err: error, waitMs },
      'a notice was not taken by ALERT_WEBHOOK_URL; trying again',
    );
  }

  noticeGivenUp(status: 'firing' | 'resolved', service: string, tries: number): void {
    this.notices.inc({ status, outcome: 'given_up' });
    this.telemetry.log.error({ status, service, tries }, 'a notice is given up: ALERT_WEBHOOK_URL never took it');
  }

  noticeTakenOver(status: 'firing' | 'resolved', service: string): void {
    this.notices.inc({ status, outcome: 'taken_over' });
    this.telemetry.log.warn({ status, service }, 'a notice is taken over from a monitor that has not said it was sent');
  }

  noticeOvertaken(status: 'firing' | 'resolved', service: string): void {
    this.notices.inc({ status, outcome: 'overtaken' });
    this.telemetry.log.warn(
      { status, service },
      'sending a notice took so long that another monitor may have sent it too',
    );
  }

  outboxFailed(error: unknown): void {
    this.outboxFailures.inc();
    this.telemetry.log.warn({ err: error }, 'the notices to be sent could not be looked up; trying again');
  }
}
