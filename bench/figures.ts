import type { ForeignMessages } from './foreign-messages';
import type { Usage } from './meter';
import { percentile, type SearchLatency } from './search-latency';
import type { SourceToStored } from './source-to-stored';

/** What is to be reached; `ratio` says how far: 1.00 is just reached, more is better, for all of them. */
const AIM = {
  recordsASecond: 150_000,
  cpuMicrosecondsARecord: 10,
  foreignASecond: 5_000,
  p95Ms: 200,
  residentMebibytes: 250,
};

/** One row of the report. */
export interface Figure {
  readonly name: string;
  readonly measured: string;
  readonly aim?: string;
  readonly ratio?: string;
}

const grouped = (value: number): string => Math.round(value).toLocaleString('en');
const microseconds = (seconds: number, records: number): string => `${((seconds * 1e6) / records).toFixed(2)} us`;

function atLeast(name: string, value: number, aim: number): Figure {
  return { name, measured: grouped(value), aim: `at least ${grouped(aim)}`, ratio: (value / aim).toFixed(2) };
}

function atMost(name: string, value: number, aim: number, show: (value: number) => string): Figure {
  return { name, measured: show(value), aim: `at most ${show(aim)}`, ratio: (aim / value).toFixed(2) };
}

function cpuOfEach({ cpu }: Usage, records: number): Figure[] {
  return Array.from(cpu, ([name, seconds]) => ({
    name: `CPU a record, ${name}`,
    measured: microseconds(seconds, records),
  }));
}

function memoryOfEach(memory: ReadonlyMap<string, number>): Figure[] {
  const show = (mebibytes: number): string => `${mebibytes.toFixed(0)} MiB`;
  return Array.from(memory, ([role, peak]) =>
    atMost(`peak resident memory, ${role}`, peak, AIM.residentMebibytes, show),
  );
}

/** What else the machine did; figures of a busy one say little. */
function busyElsewhere({ bench, others }: Usage, seconds: number): Figure[] {
  return [
    { name: 'cores busy with the benchmark itself', measured: (bench / seconds).toFixed(2) },
    { name: 'cores busy with anything else', measured: (others / seconds).toFixed(2) },
  ];
}

/** Of several runs, the one in the middle by speed, and the range of their speeds. */
export function figuresOfSource(runs: readonly SourceToStored[]): Figure[] {
  const bySpeed = runs.slice().sort((a, b) => a.records / a.seconds - b.records / b.seconds);
  const run = bySpeed[bySpeed.length >> 1];
  if (run === undefined) throw new Error('no run');
  const { records, seconds, usage, packs, size, memory } = run;
  const speeds = bySpeed.map((each) => grouped(each.records / each.seconds));
  return [
    atLeast('records a second', records / seconds, AIM.recordsASecond),
    { name: 'the same, of every run', measured: speeds.join(', ') },
    atMost(
      'CPU a record, all processes',
      (usage.total * 1e6) / records,
      AIM.cpuMicrosecondsARecord,
      (us) => `${us.toFixed(2)} us`,
    ),
    ...cpuOfEach(usage, records),
    ...memoryOfEach(memory),
    { name: 'records a pack', measured: grouped(records / packs) },
    { name: 'bytes a record, chunks as documents', measured: (size.documentBytes / records).toFixed(1) },
    { name: 'bytes a record, in the files with indexes', measured: (size.fileBytes / records).toFixed(1) },
    ...busyElsewhere(usage, seconds),
  ];
}

export function figuresOfForeign({ records, seconds, usage }: ForeignMessages): Figure[] {
  return [
    atLeast('records a second', records / seconds, AIM.foreignASecond),
    ...cpuOfEach(usage, records),
    ...busyElsewhere(usage, seconds),
  ];
}

export function figuresOfSearch(result: SearchLatency): Figure[] {
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  const { latencies, searches, records, recordsASecond, usage, packs, memory } = result;
  return [
    { name: 'records a second', measured: grouped(recordsASecond) },
    { name: 'publish to found, p50', measured: ms(percentile(latencies, 0.5)) },
    atMost('publish to found, p95', percentile(latencies, 0.95), AIM.p95Ms, ms),
    { name: 'publish to found, p99', measured: ms(percentile(latencies, 0.99)) },
    { name: 'the search that found it, p50', measured: ms(percentile(searches, 0.5)) },
    { name: 'probes', measured: grouped(latencies.length) },
    { name: 'records a pack', measured: grouped(records / packs) },
    ...cpuOfEach(usage, records),
    ...memoryOfEach(memory),
    ...busyElsewhere(usage, records / recordsASecond),
  ];
}
