import { cpuSeconds, machineCpuSeconds } from './process-usage';

/** What processes used between two moments. */
export interface Usage {
  /** CPU seconds of each process, by its name. */
  readonly cpu: ReadonlyMap<string, number>;
  /** CPU seconds of all that was measured. */
  readonly total: number;
  /** CPU seconds of this process: it publishes, searches and looks on. */
  readonly bench: number;
  /** CPU seconds of everything else on the machine: on a quiet one next to nothing. */
  readonly others: number;
}

/** Measures the CPU time of processes from now on: what they used before does not count. */
export class CpuMeter {
  private readonly before: ReadonlyMap<string, number>;
  private readonly machineBefore: number;
  private readonly benchBefore = cpuSeconds(process.pid);

  constructor(private readonly pids: ReadonlyMap<string, number>) {
    this.machineBefore = machineCpuSeconds();
    this.before = this.read();
  }

  usage(): Usage {
    const now = this.read();
    const cpu = new Map(Array.from(now, ([name, seconds]) => [name, seconds - (this.before.get(name) ?? 0)]));
    const total = Array.from(cpu.values()).reduce((sum, seconds) => sum + seconds, 0);
    const bench = cpuSeconds(process.pid) - this.benchBefore;
    const others = Math.max(0, machineCpuSeconds() - this.machineBefore - total - bench);
    return { cpu, total, bench, others };
  }

  private read(): Map<string, number> {
    return new Map(Array.from(this.pids, ([name, pid]) => [name, cpuSeconds(pid)]));
  }
}
