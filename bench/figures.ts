import type { Usage } from './meter';

/** The most that a role may hold, MiB of resident set. */
const RESIDENT_MEBIBYTES = 250;

/** One row of the report. */
export interface Figure {
  readonly name: string;
  readonly measured: string;
  /** What is to be reached; `ratio` says how far: 1.00 is just reached, more is better, for all of them. */
  readonly aim?: string;
  readonly ratio?: string;
}

export const grouped = (value: number): string => Math.round(value).toLocaleString('en');
export const milliseconds = (value: number): string => `${grouped(value)} ms`;
export const mebibytes = (value: number): string => `${grouped(value)} MiB`;
export const microseconds = (value: number): string => `${value.toFixed(2)} us`;

export function atLeast(name: string, value: number, aim: number): Figure {
  return { name, measured: grouped(value), aim: `at least ${grouped(aim)}`, ratio: (value / aim).toFixed(2) };
}

export function atMost(name: string, value: number, aim: number, show: (value: number) => string): Figure {
  return { name, measured: show(value), aim: `at most ${show(aim)}`, ratio: (aim / value).toFixed(2) };
}

export function cpuOfEach({ cpu }: Usage, records: number): Figure[] {
  return Array.from(cpu, ([name, seconds]) => ({
    name: `CPU a record, ${name}`,
    measured: microseconds((seconds * 1e6) / records),
  }));
}

/** @param memory peaks by role, MiB. */
export function memoryOfEach(memory: ReadonlyMap<string, number>): Figure[] {
  return Array.from(memory, ([role, peak]) =>
    atMost(`peak resident memory, ${role}`, peak, RESIDENT_MEBIBYTES, mebibytes),
  );
}

/** What else the machine did; figures of a busy one say little. */
export function busyElsewhere({ bench, others }: Usage, seconds: number): Figure[] {
  return [
    { name: 'cores busy with the benchmark itself', measured: (bench / seconds).toFixed(2) },
    { name: 'cores busy with anything else', measured: (others / seconds).toFixed(2) },
  ];
}
