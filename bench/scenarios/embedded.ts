import { mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedHome } from '../../test/support/embedded-process';
import { eventually } from '../../test/support/eventually';
import type { RoleProcess } from '../../test/support/role-process';
import { ask } from '../../test/support/search-client';
import { atLeast, atMost, busyElsewhere, type Figure, mebibytes, microseconds, milliseconds } from '../figures';
import { CpuMeter, type Usage } from '../meter';
import { peakMebibytes } from '../process-usage';
import type { Section } from '../report';
import { metricOf } from '../role-metrics';
import { say } from '../say';
import { type LinesFile, writeLines } from './source-to-stored';

const AIM = { recordsASecond: 20_000, residentMebibytes: 500e6 / 1024 ** 2 };
const MIB = 1024 ** 2;

interface Embedded {
  readonly seconds: number;
  readonly usage: Usage;
  readonly peak: number;
  readonly savedBytes: number;
  readonly stopMs: number;
  /** From the start of a process until its search has found all that was saved. */
  readonly restartMs: number;
}

interface Histogram {
  readonly buckets: readonly { readonly counts: Readonly<Record<string, number>> }[];
}

/** One process with all roles and both servers within it reads a file of a million lines; it is stopped, and started again. */
export async function embeddedSection(): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), 'logwarren-bench-'));
  const home = await EmbeddedHome.create();
  try {
    say('writing a file of lines');
    const file = await writeLines(join(folder, 'lines.log'));
    say('a million records through the embedded servers');
    const figures = figuresOf(await throughEmbedded(home, file), file.records);
    const text =
      'One process with all five roles, and with a broker and a store embedded in it, finds the same file and follows it. From ' +
      'then until it has stored every record; counted by its search, by service. Then it is stopped in order, which saves all of ' +
      'it, and started again.';
    return { title: 'Embedded: one process, no servers', text, figures };
  } finally {
    await Promise.all([rm(folder, { recursive: true }), home.remove()]);
  }
}

async function throughEmbedded(home: EmbeddedHome, file: LinesFile): Promise<Embedded> {
  const env = { SOURCE_FILES: join(home.folder, '*.log') };
  const first = await home.start(env);
  const meter = new CpuMeter(new Map([['the process', first.pid]]));
  const startedAt = performance.now();
  await rename(file.path, join(home.folder, 'lines.log'));
  const isStored = async (): Promise<boolean> =>
    (await metricOf(first, 'logwarren_records_stored_total')) === file.records;
  await eventually(isStored, { timeoutMs: 120_000, describe: 'every record being stored' });
  const seconds = (performance.now() - startedAt) / 1_000;
  const usage = meter.usage();
  await expectAllFound(first, file);
  const peak = peakMebibytes(first.pid);
  const stoppedAt = performance.now();
  await first.stop();
  const againAt = performance.now();
  const second = await home.start(env);
  await expectAllFound(second, file);
  const restartMs = performance.now() - againAt;
  await second.stop();
  const { size: savedBytes } = await stat(join(home.folder, 'embedded-store.saved'));
  return { seconds, usage, peak, savedBytes, stopMs: againAt - stoppedAt, restartMs };
}

/** Throws Error unless the search counts of every service what was made of it. */
async function expectAllFound({ url }: RoleProcess, { tally }: LinesFile): Promise<void> {
  const made = new Map<string, number>();
  for (const [key, records] of tally) add(made, key.slice(0, key.lastIndexOf(' ')), records);
  const parameters = { from: '2h', interval: '1h', groupBy: 'service' };
  const { buckets } = await ask<Histogram>(url, '/api/v1/logs/histogram', parameters);
  const found = new Map<string, number>();
  for (const { counts } of buckets)
    for (const [service, records] of Object.entries(counts)) add(found, service, records);
  for (const [service, records] of made) {
    if (found.get(service) !== records)
      throw new Error(`${service}: ${records} sent, ${found.get(service) ?? 0} found`);
  }
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}

function figuresOf(run: Embedded, records: number): Figure[] {
  return [
    atLeast('records a second', records / run.seconds, AIM.recordsASecond),
    { name: 'CPU a record', measured: microseconds((run.usage.total * 1e6) / records) },
    atMost('peak resident memory', run.peak, AIM.residentMebibytes, mebibytes),
    { name: 'the stop, which saves', measured: milliseconds(run.stopMs) },
    { name: 'file of the store', measured: mebibytes(run.savedBytes / MIB) },
    { name: 'from the next start to all being found', measured: milliseconds(run.restartMs) },
    ...busyElsewhere(run.usage, run.seconds),
  ];
}
