import { Injectable } from '@nestjs/common';
import { Counter, Histogram } from 'prom-client';
import type { RejectReason } from '../log/reject';
import { atLeast, type Severity } from '../log/severity';
import { FailuresInARow } from './failures-in-a-row';
import { Telemetry } from './telemetry';

/** What is told of one dead letter. */
export interface KeptDeadLetter {
  readonly reason: RejectReason;
  readonly routingKey: string;
  readonly why: string;
}

/** What a collector does. */
@Injectable()
export class CollectorEvents {
  private readonly recordsStored: Counter;
  private readonly alarmingStored: Counter<'severity'>;
  private readonly partsKnown: Counter;
  private readonly deadLettered: Counter<'reason'>;
  private readonly storeRetries: Counter;
  private readonly writeSeconds: Histogram;
  private readonly lagSeconds: Histogram;
  private readonly redelivered: Counter;
  private readonly givenBack: Counter;
  private readonly pauses: Counter;
  private readonly heartbeatFailures: Counter;
  private isHeartbeatFailing = false;
  private readonly failedWrites = new FailuresInARow();

  constructor(private readonly telemetry: Telemetry) {
    const registers = [telemetry.registry];
    this.recordsStored = new Counter({
      name: 'logwarren_records_stored_total',
      help: 'Records that this collector made durable.',
      registers,
    });
    this.alarmingStored = new Counter({
      name: 'logwarren_alarming_records_stored_total',
      help: 'Those of them that are warnings or worse; what monitors saw less of them, MonitoringQueue dropped.',
      labelNames: ['severity'],
      registers,
    });
    this.partsKnown = new Counter({
      name: 'logwarren_parts_known_total',
      help: 'Parts delivered again that the store had already; nothing was written.',
      registers,
    });
    this.deadLettered = new Counter({
      name: 'logwarren_records_dead_lettered_total',
      help: 'Records, or messages where nothing could be read, kept as dead letters.',
      labelNames: ['reason'],
      registers,
    });
    this.storeRetries = new Counter({
      name: 'logwarren_store_retries_total',
      help: 'Writes tried again because the store was away.',
      registers,
    });
    this.writeSeconds = new Histogram({
      name: 'logwarren_store_write_seconds',
      help: 'Time of one write, from gathered to durable.',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
      registers,
    });
    this.lagSeconds = new Histogram({
      name: 'logwarren_ingest_lag_seconds',
      help: 'From the making of a message to its being durable.',
      buckets: [0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 30, 300, 3600],
      registers,
    });
    this.redelivered = new Counter({
      name: 'logwarren_messages_redelivered_total',
      help: 'Messages that the broker delivered again.',
      registers,
    });
    this.givenBack = new Counter({
      name: 'logwarren_messages_given_back_total',
      help: 'Messages given back to the broker because the store was away for long, or at a stop.',
      registers,
    });
    this.pauses = new Counter({
      name: 'logwarren_collector_pauses_total',
      help: 'Times that consuming was stopped because the store was away for long, each followed by a new connection.',
      registers,
    });
    this.heartbeatFailures = new Counter({
      name: 'logwarren_heartbeat_failures_total',
      help: 'Heartbeats that could not be made or written; meanwhile searches cannot tell what is stored.',
      registers,
    });
  }

  messageRedelivered(): void {
    this.redelivered.inc();
    this.telemetry.log.debug('a message was delivered again');
  }

  messageGivenBack(): void {
    this.givenBack.inc();
    this.telemetry.log.debug('a message goes back to the broker, which delivers it again');
  }

  written(records: number, knownParts: number, seconds: number): void {
    this.recordsStored.inc(records);
    this.partsKnown.inc(knownParts);
    this.writeSeconds.observe(seconds);
    if (knownParts > 0) this.telemetry.log.info({ knownParts }, 'delivered again, stored before: nothing to write');
    this.telemetry.log.debug({ records, knownParts, seconds }, 'records stored');
  }

  /** What monitors should have seen too: the bounded queue before them tells nobody what it drops. */
  stored(severity: Severity, records: number): void {
    if (atLeast(severity, 'warn')) this.alarmingStored.inc({ severity }, records);
  }

  lag(seconds: number): void {
    this.lagSeconds.observe(seconds);
  }

  /** One write's dead letters: a line for each reason with the first as example, so that a bad sender fills no log. */
  deadLettersKept(kept: readonly KeptDeadLetter[]): void {
    const firsts = new Map<RejectReason, { readonly first: KeptDeadLetter; count: number }>();
    for (const one of kept) {
      this.deadLettered.inc({ reason: one.reason });
      const known = firsts.get(one.reason);
      if (known === undefined) firsts.set(one.reason, { first: one, count: 1 });
      else known.count++;
    }
    for (const { first, count } of firsts.values())
      this.telemetry.log.warn({ count, ...first }, 'kept as dead letters');
  }

  /** Warns of the first try of an outage, and once in a while: two writes may be tried again, every few seconds. */
  storeAway(error: unknown, waitMs: number): void {
    this.storeRetries.inc();
    const level = this.failedWrites.next();
    this.telemetry.log[level]({ err: error, waitMs }, 'the store is away; keeping what is in hand and trying again');
  }

  storeBack(seconds: number): void {
    this.failedWrites.end();
    this.telemetry.log.info({ seconds }, 'the store is back');
  }

  consumingPaused(error: unknown): void {
    this.pauses.inc();
    this.telemetry.log.error({ err: error }, 'stopped consuming until the store is back');
  }

  consumingResumed(): void {
    this.failedWrites.end();
    this.telemetry.log.info('the store is back; consuming again');
  }

  /** Warns of the first failure of several in a row: there may be one a second. */
  heartbeatFailed(error: unknown): void {
    this.heartbeatFailures.inc();
    const level = this.isHeartbeatFailing ? 'debug' : 'warn';
    this.isHeartbeatFailing = true;
    this.telemetry.log[level]({ err: error }, 'a heartbeat failed; searches cannot tell what is stored meanwhile');
  }

  heartbeatWritten(): void {
    if (this.isHeartbeatFailing) this.telemetry.log.info('heartbeats are written again');
    this.isHeartbeatFailing = false;
  }

  drained(messages: number, seconds: number): void {
    this.telemetry.log.info({ messages, seconds }, 'drained: all that was in hand is stored and acknowledged');
  }

  drainTimedOut(messages: number): void {
    this.telemetry.log.warn({ messages }, 'stopping with messages in hand; the broker will deliver them again');
  }
}
