import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../../test/support/eventually';
import { type RoleProcess } from '../../test/support/role-process';
import {
  atLeast,
  atMost,
  busyElsewhere,
  cpuOfEach,
  type Figure,
  grouped,
  memoryOfEach,
  microseconds,
} from '../figures';
import { CpuMeter, type Usage } from '../meter';
import { peakMebibytes } from '../process-usage';
import type { Section } from '../report';
import { metricOf } from '../role-metrics';
import { checkStored, storedSize, type StoredSize, whenStored } from '../stored';
import { Surroundings } from '../surroundings';
import { say } from '../say';
import { SEED, Workload } from '../workload';

const RECORDS = 1_000_000;
/** The pace at which the lines say they were made: the million spans some minutes of a busy system. */
const RECORDS_A_SECOND = 5_000;
const LINES_A_WRITE = 10_000;
const RUNS = 3;
const AIM = { recordsASecond: 150_000, cpuMicrosecondsARecord: 10 };

/** A file of lines, and what is in it. */
export interface LinesFile {
  readonly path: string;
  readonly records: number;
  readonly tally: ReadonlyMap<string, number>;
  readonly meanBodyBytes: number;
}

interface SourceToStored {
  readonly records: number;
  readonly seconds: number;
  readonly usage: Usage;
  readonly packs: number;
  readonly size: StoredSize;
  /** Peak of the resident memory of each role, MiB. */
  readonly memory: ReadonlyMap<string, number>;
}

/** One source reads a file of a million lines, one collector stores them, several times over. */
export async function sourceSection(): Promise<Section> {
  const folder = mkdtempSync(join(tmpdir(), 'logwarren-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  say('writing a file of lines');
  const file = await writeLines(join(folder, 'lines.log'));
  const runs: SourceToStored[] = [];
  for (let run = 1; run <= RUNS; run++) {
    say(`source to stored, run ${run} of ${RUNS}`);
    runs.push(await sourceToStored(file));
  }
  const text =
    `A source reads a file of ${grouped(file.records)} lines (bodies of ${file.meanBodyBytes.toFixed(0)} bytes) ` +
    'and publishes them, one collector stores them. From the beginning of the reading until the store holds every record, ' +
    `checked by service and severity. Of ${RUNS} runs, the one with the middle speed.`;
  return { title: 'From a file into the store', text, figures: figuresOf(runs) };
}

/** Of several runs, the one in the middle by speed, and the range of their speeds. */
function figuresOf(runs: readonly SourceToStored[]): Figure[] {
  const bySpeed = runs.slice().sort((a, b) => a.records / a.seconds - b.records / b.seconds);
  const run = bySpeed[bySpeed.length >> 1];
  if (run === undefined) throw new Error('no run');
  const { records, seconds, usage, packs, size, memory } = run;
  const speeds = bySpeed.map((each) => grouped(each.records / each.seconds));
  const cpu = (usage.total * 1e6) / records;
  return [
    atLeast('records a second', records / seconds, AIM.recordsASecond),
    { name: 'the same, of every run', measured: speeds.join(', ') },
    atMost('CPU a record, all processes', cpu, AIM.cpuMicrosecondsARecord, microseconds),
    ...cpuOfEach(usage, records),
    ...memoryOfEach(memory),
    { name: 'records a pack', measured: grouped(records / packs) },
    { name: 'bytes a record, chunks as documents', measured: (size.documentBytes / records).toFixed(1) },
    { name: 'bytes a record, in the files with indexes', measured: (size.fileBytes / records).toFixed(1) },
    ...busyElsewhere(usage, seconds),
  ];
}

/** Writes the lines that every run of the scenario reads; their times end now. */
export async function writeLines(path: string): Promise<LinesFile> {
  const workload = new Workload(SEED);
  const file = createWriteStream(path);
  const firstAt = Date.now() - (RECORDS / RECORDS_A_SECOND) * 1_000;
  for (let made = 0; made < RECORDS; made += LINES_A_WRITE) {
    let lines = '';
    for (let i = made; i < made + LINES_A_WRITE; i++) {
      lines += `${workload.line(firstAt + (i / RECORDS_A_SECOND) * 1_000)}\n`;
    }
    if (!file.write(lines)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
  return { path, records: RECORDS, tally: workload.tally, meanBodyBytes: workload.bodyBytes / RECORDS };
}

/**
 * One source reads the file, one collector stores it. Measured from the line with which the source says that it begins to
 * read until the store holds every record; what the processes used before does not count.
 */
async function sourceToStored(file: LinesFile): Promise<SourceToStored> {
  return Surroundings.during(async (surroundings) => {
    const collector = await surroundings.start('collector');
    const env = { SOURCE_FILES: file.path, DATA_DIR: await mkdtemp(`${file.path}-state-`) }; // each run reads it anew
    const source = await surroundings.start('source', env, 'listening');
    const startedAt = await whenReading(source);
    const meter = new CpuMeter(surroundings.pids());
    await whenRead(source); // asking the store any earlier would only cost it time
    const endedAt = await whenStored(surroundings.db, file.records);
    const usage = meter.usage();
    const memory = new Map([source, collector].map(({ role, pid }) => [role, peakMebibytes(pid)]));
    const packs = await metricOf(source, 'logwarren_packs_confirmed_total');
    await checkStored(surroundings.db, file.tally);
    const size = await storedSize(surroundings.db);
    return { records: file.records, seconds: (endedAt - startedAt) / 1_000, usage, packs, size, memory };
  });
}

async function whenRead(source: RoleProcess): Promise<void> {
  const isRead = (): boolean => source.logs.some(({ msg }) => msg?.startsWith('read to its end') ?? false);
  await eventually(isRead, { timeoutMs: 120_000, describe: 'the source having read its file' });
}

/** Resolves at the moment that the source begins to read. */
async function whenReading(source: RoleProcess): Promise<number> {
  const hasBegun = (): boolean => source.logs.some(({ msg }) => msg === 'following SOURCE_FILES');
  await eventually(hasBegun, { timeoutMs: 30_000, intervalMs: 2, describe: 'the source reading its file' });
  return Date.now();
}
