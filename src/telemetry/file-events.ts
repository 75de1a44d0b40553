import { Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import type { RejectReason } from '../log/reject';
import { SourceEvents } from './source-events';
import { Telemetry } from './telemetry';

/** What a block of a file came to. */
export interface BlockTally {
  readonly rejected: ReadonlyMap<RejectReason, number>;
  readonly firstTooOld: string | null;
  readonly unknownSeverities: number;
}

/** What happens to the files that a source follows. */
@Injectable()
export class FileEvents {
  private readonly followed: Gauge;
  private readonly waiting: Gauge;
  private readonly sentAgain: Counter;
  private readonly replaced: Counter<'how'>;
  private readonly lostBytes: Counter;
  private readonly skippedBytes: Counter;
  private readonly standby: Gauge;
  private readonly failures: Counter<'what'>;
  private hasToldWaiting = false;
  private readonly toldTooOld = new Set<string>();
  private readonly toldFailures = new Map<string, string>();

  constructor(
    private readonly telemetry: Telemetry,
    private readonly source: SourceEvents,
  ) {
    const registers = [telemetry.registry];
    this.followed = new Gauge({
      name: 'logwarren_source_files_followed',
      help: 'Files that are open and read on as they grow; quiet ones are closed, and opened again when they change.',
      registers,
    });
    this.waiting = new Gauge({
      name: 'logwarren_source_files_waiting',
      help: 'Files with something to read that wait until others are closed: so many are not opened at once.',
      registers,
    });
    this.sentAgain = new Counter({
      name: 'logwarren_source_records_sent_again_total',
      help: 'Records of files that were sent again after a restart, since it was not known whether they had arrived.',
      registers,
    });
    this.replaced = new Counter({
      name: 'logwarren_source_files_replaced_total',
      help: 'Files that made way for another: rotated (renamed) or truncated.',
      labelNames: ['how'],
      registers,
    });
    this.lostBytes = new Counter({
      name: 'logwarren_source_lost_bytes_total',
      help: 'Bytes of files that were gone before it was known that they had arrived.',
      registers,
    });
    this.skippedBytes = new Counter({
      name: 'logwarren_source_skipped_nul_bytes_total',
      help: 'NUL bytes before what was written to a truncated file, by a program that does not append.',
      registers,
    });
    this.standby = new Gauge({
      name: 'logwarren_source_files_standby',
      help: '1 while another process reads the files; this one takes over when that ends.',
      registers,
    });
    this.failures = new Counter({
      name: 'logwarren_source_file_failures_total',
      help: 'What failed, by what: looking files up, finding or reading one, reading or writing the state, watching.',
      labelNames: ['what'],
      registers,
    });
  }

  standingBy(stateFile: string): void {
    this.standby.set(1);
    this.telemetry.log.info(
      { stateFile },
      'another process has the state file and reads SOURCE_FILES; taking over when it ends',
    );
  }

  stateNotLocked(stateFile: string, error: unknown): void {
    this.telemetry.log.warn(
      { stateFile, err: error },
      'the state file cannot be locked in its folder; see to it that no other process uses it',
    );
  }

  takeOverFailed(stateFile: string, error: unknown): void {
    this.failures.inc({ what: 'take_over' });
    this.telemetry.log.error({ stateFile, err: error }, 'SOURCE_FILES cannot be followed; trying again');
  }

  started(stateFile: string, known: number): void {
    this.standby.set(0);
    this.telemetry.log.info({ stateFile, known }, 'following SOURCE_FILES');
  }

  stateDamaged(stateFile: string, lines: number): void {
    this.failures.inc({ what: 'state_read' });
    this.telemetry.log.warn({ stateFile, lines }, 'lines of the state file cannot be read; a crash leaves one at most');
  }

  stateNotWritten(error: unknown): void {
    this.failures.inc({ what: 'state' });
    this.telemetry.log.error({ err: error }, 'the state file cannot be written; files wait until it can');
  }

  fileFound(path: string, position: number): void {
    this.followed.inc();
    this.telemetry.log.info({ path, position }, position === 0 ? 'following a new file' : 'reading a file on');
  }

  /** It was closed because it was quiet, and has changed. */
  fileWoken(path: string, position: number): void {
    this.followed.inc();
    this.telemetry.log.debug({ path, position }, 'reading a file on that was quiet');
  }

  filesWaiting(files: number): void {
    this.waiting.set(files);
    if (files > 0 && !this.hasToldWaiting)
      this.telemetry.log.info({ files }, 'many files: some wait until others are read and closed');
    this.hasToldWaiting = files > 0;
  }

  /** For the first time since the start. */
  fileRead(path: string, bytes: number): void {
    this.telemetry.log.info({ path, bytes }, 'read to its end; going on as it grows');
  }

  fileLeft(path: string): void {
    this.followed.dec();
    this.telemetry.log.debug({ path }, 'closed a file that is read to its end');
  }

  fileRotated(path: string): void {
    this.replaced.inc({ how: 'rotated' });
    this.telemetry.log.debug({ path }, 'a file has rotated; it is read to its end');
  }

  fileTruncated(path: string): void {
    this.replaced.inc({ how: 'truncated' });
    this.telemetry.log.info({ path }, 'a file was truncated; reading it from its beginning');
  }

  holeSkipped(path: string, bytes: number): void {
    this.skippedBytes.inc(bytes);
    this.telemetry.log.info(
      { path, bytes },
      'skipped NUL bytes: whoever writes this file does not append, and went on at its old place after a truncation',
    );
  }

  /** Told once for as long as it goes on failing in the same way. */
  fileFailed(path: string, error: unknown): void {
    this.failures.inc({ what: 'read' });
    const message = error instanceof Error ? error.message : String(error);
    if (this.toldFailures.get(path) === message) return;
    this.toldFailures.set(path, message);
    this.telemetry.log.error({ path, err: error }, 'a file cannot be read; trying again');
  }

  archiveDamaged(path: string, error: unknown): void {
    this.failures.inc({ what: 'read' });
    this.telemetry.log.error({ path, err: error }, 'an archive is damaged; only what comes before the damage is read');
  }

  fileWorks(path: string): void {
    this.toldFailures.delete(path);
  }

  patternMatchesNothing(pattern: string): void {
    this.telemetry.log.warn(
      { pattern },
      'SOURCE_FILES: no file matches this pattern yet; of a folder, name the files: folder/*.log',
    );
  }

  /** Told once for as long as it goes on failing in the same way. */
  patternFailed(pattern: string, error: unknown): void {
    this.fileFailed(`SOURCE_FILES: ${pattern}`, error);
  }

  scanFailed(error: unknown): void {
    this.failures.inc({ what: 'look_up' });
    this.telemetry.log.error({ err: error }, 'the files of SOURCE_FILES cannot be looked up; trying again');
  }

  watchFailed(error: unknown): void {
    this.failures.inc({ what: 'watch' });
    this.telemetry.log.warn(
      { err: error },
      'the system does not tell of changes; looking every SOURCE_SCAN_MS instead',
    );
  }

  blockRead(bytes: number, { rejected, unknownSeverities }: BlockTally): void {
    this.source.bytesRead('file', bytes);
    this.source.severitiesUnknown('file', unknownSeverities);
    for (const [reason, count] of rejected) this.source.itemsRejected('file', reason, count);
  }

  /** Told once a file. */
  tooOld(path: string, lines: number, example: string): void {
    if (this.toldTooOld.has(path)) return;
    this.toldTooOld.add(path);
    this.source.inputHoldsTooOld('file', path, lines, example);
  }

  blockConfirmed(records: number): void {
    this.source.recordsConfirmed('file', records);
  }

  blockSentAgain(records: number): void {
    this.sentAgain.inc(records);
    this.telemetry.log.info({ records }, 'sending again what may not have arrived before the restart');
  }

  blockUnconfirmed(records: number, error: unknown): void {
    this.telemetry.log.info({ records, err: error }, 'stopped before the broker confirmed this; it is sent again');
  }

  /** It may come back; until then its blocks stay in the state. */
  fileMissing(path: string, blocks: number): void {
    this.failures.inc({ what: 'find' });
    this.telemetry.log.error(
      { path, blocks },
      'a file is not to be found of which it is not known that all has arrived',
    );
  }

  blockLost(path: string, bytes: number): void {
    this.lostBytes.inc(bytes);
    this.telemetry.log.error({ path, bytes }, 'part of a file is gone, and it is not known whether it had arrived');
  }
}
