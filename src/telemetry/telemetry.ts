import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { Readiness } from './readiness';

/**
 * Where a process tells what it does: its log and its metrics. Roles do not use either directly; they call the named
 * events of this folder (`collector-events.ts` and its like), each of which both logs and counts.
 */
export class Telemetry {
  /** What `/health/ready` asks; here because it is asked before the application exists. */
  readonly readiness = new Readiness();

  constructor(
    readonly log: Logger,
    readonly registry: Registry,
  ) {}
}
