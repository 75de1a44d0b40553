import { SchedulerRegistry } from '@nestjs/schedule';
import { eventually } from '../../../test/support/eventually';
import { type LogLine, memoryTelemetry } from '../../../test/support/http-app';
import { loadConfig } from '../../config/config';
import { RetentionEvents } from '../../telemetry/retention-events';
import type { RetentionRunner } from './retention-runner';
import { RetentionScheduler } from './retention.scheduler';

/** Runs that end when the test says. */
class HeldRuns {
  readonly begun: { end: (isDone: boolean) => void; fail: (error: Error) => void }[] = [];
  mostAtOnce = 0;
  private atOnce = 0;

  async run(signal: AbortSignal): Promise<boolean> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    try {
      return await new Promise<boolean>((resolve, reject) => {
        this.begun.push({ end: resolve, fail: reject });
        signal.addEventListener('abort', () => resolve(false));
      });
    } finally {
      this.atOnce--;
    }
  }
}

let runs: HeldRuns;
let registry: SchedulerRegistry;
let logged: LogLine[];
let scheduler: RetentionScheduler;

function start(cron: string, retryMs?: number): void {
  const config = loadConfig({ RETENTION_CRON: cron, RETENTION_RULES: 'severity=debug:2' });
  const events = new RetentionEvents(memoryTelemetry(logged));
  const runner: Pick<RetentionRunner, 'run'> = runs;
  scheduler = new RetentionScheduler(registry, runner as RetentionRunner, events, config);
  if (retryMs !== undefined) scheduler.retryMs = retryMs;
  scheduler.onApplicationBootstrap();
}

beforeEach(() => {
  runs = new HeldRuns();
  registry = new SchedulerRegistry();
  logged = [];
});
afterEach(async () => {
  await scheduler.beforeApplicationShutdown();
  await registry.getCronJob('retention').stop();
});

it('runs once at the start, and says when it will run', () => {
  start('0 0 * * *');
  expect(runs.begun).toHaveLength(1);
  expect(logged[0]).toMatchObject({ cron: '0 0 * * *', days: 10, rules: 'severity=debug:2' });
  const next = registry.getCronJob('retention').nextDate().toUTC();
  expect([next.hour, next.minute]).toEqual([0, 0]);
});

it('runs whenever its time comes, but never while a run goes on', async () => {
  start('* * * * * *');
  const job = registry.getCronJob('retention');
  await job.fireOnTick();
  await job.fireOnTick();
  expect(runs.begun).toHaveLength(1);
  runs.begun[0]?.end(true);
  await eventually(() => runs.begun.length === 2);
  expect(runs.mostAtOnce).toBe(1);
});

it.each(['rejects', 'says that it is not done'])('tries again a run that %s', async (how) => {
  start('0 0 * * *', 10);
  if (how === 'rejects') runs.begun[0]?.fail(new Error('away'));
  else runs.begun[0]?.end(false);
  await eventually(() => runs.begun.length === 2);
  expect(logged.some(({ msg }) => String(msg).includes('failed'))).toBe(how === 'rejects');
  runs.begun[1]?.end(true);
});

it('stops a run, and the wait for another try', async () => {
  start('0 0 * * *');
  await scheduler.beforeApplicationShutdown();
  expect(runs.begun).toHaveLength(1);
});
