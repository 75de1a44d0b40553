import { Test } from '@nestjs/testing';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { AlertCounts, type CountBatch, type SeriesCount } from '../../src/alerts/alert-counts';
import { AlertEvaluator } from '../../src/alerts/alert-evaluator';
import { fingerprintOf } from '../../src/alerts/alert-labels';
import { AlertOutbox } from '../../src/alerts/alert-outbox';
import { AlertReader } from '../../src/alerts/alert-reader';
import { type AlertRuleName, bucketOf, rulesOf } from '../../src/alerts/alert-rule';
import { AlertStore } from '../../src/alerts/alert-store';
import { AlertsModule } from '../../src/alerts/alerts.module';
import { loadConfig } from '../../src/config/config';
import { ConfigModule } from '../../src/config/config.module';
import { SECOND_US } from '../../src/log/timestamp';
import { AlertEvents } from '../../src/telemetry/alert-events';
import { NestPinoLogger } from '../../src/telemetry/nest-logger';
import { Telemetry } from '../../src/telemetry/telemetry';
import { TelemetryModule } from '../../src/telemetry/telemetry.module';
import { mustBeReleased } from './leaks';

/** The alerts as one monitor sees them: with a connection of its own. */
export interface AlertParts {
  readonly counts: AlertCounts;
  readonly store: AlertStore;
  readonly outbox: AlertOutbox;
  readonly reader: AlertReader;
  readonly evaluator: AlertEvaluator;
  close(): Promise<void>;
}

/** Resolves once MongoDB can be used. `close()` must follow. */
export async function openAlerts(uri: string, env: Readonly<Record<string, string>> = {}): Promise<AlertParts> {
  const telemetry = new Telemetry(pino({ level: 'silent' }), new Registry());
  const config = loadConfig({ ...env, MONGODB_URI: uri });
  const module = await Test.createTestingModule({
    imports: [ConfigModule.of(config), TelemetryModule.of(telemetry), AlertsModule],
    providers: [AlertEvents, AlertEvaluator],
  })
    .setLogger(new NestPinoLogger(telemetry.log))
    .compile();
  await module.init();
  const released = mustBeReleased('an AlertsModule', () => module.close());
  return {
    counts: module.get(AlertCounts),
    store: module.get(AlertStore),
    outbox: module.get(AlertOutbox),
    reader: module.get(AlertReader),
    evaluator: module.get(AlertEvaluator),
    close: async () => {
      released();
      await module.close();
    },
  };
}

/** What a monitor counted of one service: so many records at each time, microseconds. */
export function counted(
  service: string,
  at: Readonly<Record<number, number>>,
  rule: AlertRuleName = 'error',
): SeriesCount {
  const [{ bucket }] = rulesOf(loadConfig({}).alerts);
  const buckets = Object.entries(at).map(([time, count]) => ({ at: bucketOf(Number(time), { bucket }), count }));
  const last = Math.max(...buckets.map((one) => one.at));
  const lines = [{ at: last, severity: 'error' as const, body: `${service} failed` }];
  return { fingerprint: fingerprintOf({ rule, service }), rule, service, buckets, lines };
}

let sequence = 0;

/** A batch, later than all before it. */
export function aBatch(instance: string, ...series: readonly SeriesCount[]): CountBatch {
  return { instance, sequence: ++sequence, series };
}

/** Adds the batch and judges it, as a round of a monitor does. It has watched for an hour. */
export async function round({ counts, evaluator }: AlertParts, batch: CountBatch, now: number): Promise<void> {
  await counts.add(batch, now, 60 * SECOND_US);
  await evaluator.judge(
    batch.series.map(({ fingerprint }) => fingerprint),
    watching(now),
  );
}

export const watching = (now: number): { now: number; since: number } => ({ now, since: now - 3_600 * SECOND_US });
