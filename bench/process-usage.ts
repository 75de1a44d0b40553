import { readFileSync } from 'node:fs';

/** Linux counts CPU time for user programs in hundredths of a second, whatever the kernel's own clock (man 7 time). */
const TICKS_A_SECOND = 100;
const MIB = 1024;

/** CPU time, user and system, that a process has used since it was started, all its threads together; seconds. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // the name before it may hold anything
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** CPU time that the whole machine has used since its start, seconds. */
export function machineCpuSeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = (
    readFileSync('/proc/stat', 'latin1').split('\n', 1)[0] ?? ''
  )
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq) / TICKS_A_SECOND;
}

/** The most memory that a process has held so far (resident set), MiB. */
export function peakMebibytes(pid: number): number {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  if (peak === null) throw new Error(`process ${pid} tells no VmHWM`);
  return Number(peak[1]) / MIB;
}
