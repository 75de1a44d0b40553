import { Injectable } from '@nestjs/common';
import { Counter, Histogram } from 'prom-client';
import { DURATION_BUCKETS } from './metrics';
import { Telemetry } from './telemetry';

/** What happens between a process and its HTTP clients. */
@Injectable()
export class HttpEvents {
  private readonly duration: Histogram<'method' | 'route' | 'status'>;
  private readonly failures: Counter<'code'>;
  private readonly refusals: Counter<'code'>;

  constructor(private readonly telemetry: Telemetry) {
    const registers = [telemetry.registry];
    this.duration = new Histogram({
      name: 'logwarren_http_request_seconds',
      help: 'From the head of a request to the end of its answer, by method, route pattern and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: DURATION_BUCKETS,
      registers,
    });
    this.failures = new Counter({
      name: 'logwarren_http_failures_total',
      help: 'Requests answered 500 or 503, by the code of the answer.',
      labelNames: ['code'],
      registers,
    });
    this.refusals = new Counter({
      name: 'logwarren_http_refusals_total',
      help: 'Requests answered 4xx, by the code of the answer.',
      labelNames: ['code'],
      registers,
    });
  }

  /** @param route the pattern of the route, never the path: paths are made up by clients and without end. */
  answered(method: string, route: string, status: number, seconds: number): void {
    this.duration.observe({ method, route, status: String(status) }, seconds);
    this.telemetry.log.trace({ method, route, status, seconds }, 'answered');
  }

  /** A request was the client's to mend, or one too many. */
  refused(method: string, path: string, code: string, reason: string): void {
    this.refusals.inc({ code });
    this.telemetry.log.debug({ method, path, code, reason }, 'a request was refused');
  }

  /** A request met a fault of ours; the client is told no more than `internal`. */
  failed(method: string, path: string, error: unknown): void {
    this.failures.inc({ code: 'internal' });
    this.telemetry.log.error({ method, path, err: error }, 'a request failed');
  }

  /** A request could not be answered because a part of the system is away; the part's own events warn of that. */
  unavailable(method: string, path: string, code: string, error: unknown): void {
    this.failures.inc({ code });
    this.telemetry.log.debug({ method, path, code, err: error }, 'a request could not be answered for now');
  }
}
