import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import type { RejectReason } from '../log/reject';
import { Telemetry } from './telemetry';

/** The ways into a source. */
export type SourceInput = 'http' | 'file' | 'stdin' | 'demo';

/** What became of the lines of an input. */
export interface InputTally {
  readonly service: string;
  readonly accepted: number;
  readonly rejected: number;
  readonly seconds: number;
}

/** What a source takes in and refuses. */
@Injectable()
export class SourceEvents {
  private readonly accepted: Counter<'input'>;
  private readonly rejected: Counter<'input' | 'reason'>;
  private readonly unknownSeverities: Counter<'input'>;
  private readonly requestsRefused: Counter<'code'>;
  private readonly unconfirmed: Counter;
  private readonly inputs: Counter<'input' | 'outcome'>;
  private readonly readBytes: Counter<'input'>;

  constructor(private readonly telemetry: Telemetry) {
    const registers = [telemetry.registry];
    this.accepted = new Counter({
      name: 'logwarren_source_records_accepted_total',
      help: 'Records read from an input and confirmed by the broker.',
      labelNames: ['input'],
      registers,
    });
    this.rejected = new Counter({
      name: 'logwarren_source_records_rejected_total',
      help: 'Lines and items of an input that became no record, by reason.',
      labelNames: ['input', 'reason'],
      registers,
    });
    this.unknownSeverities = new Counter({
      name: 'logwarren_source_unknown_severities_total',
      help: 'Records whose severity was an unknown word; they are kept as info, the word in severity_text.',
      labelNames: ['input'],
      registers,
    });
    this.requestsRefused = new Counter({
      name: 'logwarren_ingest_requests_refused_total',
      help: 'Requests to /ingest that were refused as a whole, by the code of the answer.',
      labelNames: ['code'],
      registers,
    });
    this.unconfirmed = new Counter({
      name: 'logwarren_ingest_records_unconfirmed_total',
      help: 'Records of requests to /ingest that were answered 503 because the broker had not confirmed all of them.',
      registers,
    });
    this.inputs = new Counter({
      name: 'logwarren_source_inputs_total',
      help: 'Standard input: read to the end, failed, or cut short by a stop.',
      labelNames: ['input', 'outcome'],
      registers,
    });
    this.readBytes = new Counter({
      name: 'logwarren_source_read_bytes_total',
      help: 'Bytes read from files and standard input, and of requests to /ingest once inflated.',
      labelNames: ['input'],
      registers,
    });
  }

  recordsConfirmed(input: SourceInput, count: number): void {
    this.accepted.inc({ input }, count);
  }

  itemsRejected(input: SourceInput, reason: RejectReason, count: number): void {
    this.rejected.inc({ input, reason }, count);
    this.telemetry.log.debug({ input, reason, count }, 'lines or items became no record');
  }

  severitiesUnknown(input: SourceInput, count: number): void {
    if (count > 0) this.unknownSeverities.inc({ input }, count);
  }

  requestRefused(code: string, message: string): void {
    this.requestsRefused.inc({ code });
    this.telemetry.log.debug({ code, reason: message }, 'a request to /ingest was refused');
  }

  /** The client was told that the outcome is unknown: what was handed over may still be stored. */
  requestUnconfirmed(records: number, error: unknown): void {
    this.unconfirmed.inc(records);
    this.telemetry.log.warn({ records, err: error }, 'a request to /ingest was not confirmed in time');
  }

  bytesRead(input: SourceInput, count: number): void {
    this.readBytes.inc({ input }, count);
  }

  /** An input came to its end, and all of its records are confirmed. */
  inputRead(input: SourceInput, name: string, tally: InputTally): void {
    this.inputs.inc({ input, outcome: 'read' });
    this.telemetry.log.info({ input, name, ...tally }, 'read to its end, and the broker has confirmed it');
  }

  /** What was read before the failure is handed over. */
  inputFailed(input: SourceInput, name: string, lines: number, error: unknown): void {
    this.inputs.inc({ input, outcome: 'failed' });
    this.telemetry.log.error({ input, name, lines, err: error }, 'could not be read to its end; going on without it');
  }

  /** The process stopped before the broker had confirmed all of it. */
  inputUnconfirmed(input: SourceInput, name: string, error: unknown): void {
    this.inputs.inc({ input, outcome: 'cut_short' });
    this.telemetry.log.warn({ input, name, err: error }, 'read to its end, but stopped before the broker confirmed it');
  }

  inputHoldsTooOld(input: SourceInput, name: string, lines: number, example: string): void {
    this.telemetry.log.warn({ input, name, lines, example }, 'lines older than the retention were left out');
  }

  /** The process stopped while an input was being read. */
  inputCutShort(input: SourceInput, name: string, lines: number): void {
    this.inputs.inc({ input, outcome: 'cut_short' });
    this.telemetry.log.warn({ input, name, lines }, 'stopped in the middle; what was read was handed over');
  }

  demoStarted(rate: number, seed: number): void {
    this.telemetry.log.info({ rate, seed }, 'making up logs of a small shop; SOURCE_DEMO=false ends this');
  }

  demoCutShort(records: number, error: unknown): void {
    this.inputs.inc({ input: 'demo', outcome: 'cut_short' });
    this.telemetry.log.debug({ records, err: error }, 'stopped before the broker confirmed the last demo records');
  }
}
