import { Counter } from 'prom-client';
import type { Telemetry } from './telemetry';

/** What happens at the HTTP server itself, before and around the application. */
export class ServerEvents {
  private readonly failures: Counter;
  private readonly malformed: Counter<'code'>;
  private readonly early: Counter;
  private readonly cutOff: Counter;

  constructor(private readonly telemetry: Telemetry) {
    const registers = [telemetry.registry];
    this.failures = new Counter({
      name: 'logwarren_http_server_failures_total',
      help: 'Failures of the HTTP server as a whole, such as having no file descriptor left for a connection.',
      registers,
    });
    this.malformed = new Counter({
      name: 'logwarren_http_malformed_requests_total',
      help: 'Requests that were no HTTP, had too long a head, came too slowly or broke off, by the code that Node gives them.',
      labelNames: ['code'],
      registers,
    });
    this.early = new Counter({
      name: 'logwarren_http_early_requests_total',
      help: 'Requests refused with 503 because the process was still starting.',
      registers,
    });
    this.cutOff = new Counter({
      name: 'logwarren_http_requests_cut_off_total',
      help: 'Requests in hand at a stop that were not answered within its grace.',
      registers,
    });
  }

  listening(url: string): void {
    this.telemetry.log.info({ url }, 'listening');
  }

  failed(error: unknown): void {
    this.failures.inc();
    this.telemetry.log.error({ err: error }, 'the HTTP server failed');
  }

  /** @param code of Node's, such as `HPE_HEADER_OVERFLOW`. */
  requestMalformed(code: string): void {
    this.malformed.inc({ code });
    this.telemetry.log.debug({ code }, 'a request was no proper HTTP');
  }

  refusedWhileStarting(path: string): void {
    this.early.inc();
    this.telemetry.log.debug({ path }, 'a request came before the process had started');
  }

  /** A stop has answered the requests that were in hand. */
  drained(requests: number, seconds: number): void {
    this.telemetry.log.info({ requests, seconds }, 'drained: the requests in hand were answered');
  }

  requestsCutOff(requests: number, seconds: number): void {
    this.cutOff.inc(requests);
    this.telemetry.log.warn({ requests, seconds }, 'stopping: these requests took too long and were cut off');
  }
}
