import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { eventually } from './eventually';
import { mustBeReleased } from './leaks';

const ROOT = join(__dirname, '../..');

/** One line of the program's log; lines that are not JSON come as `{ msg: line }`, those of stderr with `stderr: true`. */
export interface LogLine extends Record<string, unknown> {
  msg?: string;
  stderr?: true;
}

export interface RoleOptions {
  /** The value of ROLE. */
  role: string;
  /** All the program sees besides ROLE, HOST, PORT, PATH and TZ: a test does not depend on the caller's environment. */
  env?: Record<string, string>;
  /** `listening`: do not wait for readiness, for a test that starts the program while a server is away. */
  until?: 'ready' | 'listening';
  /** How long the start may take, in milliseconds. */
  timeoutMs?: number;
  /** The program, relative to the checkout. */
  program?: string;
}

/** The built program in one role, as a process of its own. Start it with `startRole`. */
export class RoleProcess {
  /** Everything it has logged so far, oldest first. */
  readonly logs: LogLine[] = [];
  /** Resolves with the exit code when the process has gone, with null if a signal ended it. */
  readonly exited: Promise<number | null>;
  exitCode: number | null = null;
  signal: NodeJS.Signals | null = null;
  url = '';
  private readonly released: () => void;

  constructor(
    readonly role: string,
    private readonly child: ChildProcessByStdio<Writable, Readable, Readable>,
  ) {
    createInterface(child.stdout).on('line', (line) => this.logs.push(parsed(line)));
    createInterface(child.stderr).on('line', (line) => this.logs.push({ msg: line, stderr: true }));
    this.released = mustBeReleased(`process of role ${role} (pid ${child.pid})`, () => this.kill());
    this.exited = new Promise((resolve) => {
      // `close` comes after the last log line was read; `exit` may come before it.
      child.on('close', (code, signal) => {
        this.exitCode = code;
        this.signal = signal;
        this.released();
        resolve(code);
      });
    });
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`role ${this.role} could not be started`);
    return this.child.pid;
  }

  /** The program's standard input, for a source that reads lines from it. */
  get stdin(): Writable {
    return this.child.stdin;
  }

  /**
   * Asks the process to end, and waits.
   *
   * @returns its exit code.
   * @throws Error when it is still there after `timeoutMs`; it has then been killed.
   */
  async stop(signal: NodeJS.Signals = 'SIGTERM', timeoutMs = 15_000): Promise<number | null> {
    if (this.running) this.child.kill(signal);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.child.kill('SIGKILL');
    }, timeoutMs);
    const code = await this.exited;
    clearTimeout(timer);
    if (late) throw new Error(`role ${this.role} ignored ${signal} for ${timeoutMs} ms\n${this.tail()}`);
    return code;
  }

  /** Ends the process as a crash would (kill -9), and waits until it is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** The memory the process holds now (resident set), in bytes. */
  rssBytes(): Promise<number> {
    return this.memoryBytes('VmRSS');
  }

  /** The most memory the process has held so far (resident set), in bytes. */
  peakRssBytes(): Promise<number> {
    return this.memoryBytes('VmHWM');
  }

  /** A line of /proc/<pid>/status. */
  private async memoryBytes(name: string): Promise<number> {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(await readFile(`/proc/${this.pid}/status`, 'utf8'));
    if (!kib) throw new Error(`role ${this.role} does not run`);
    return Number(kib[1]) * 1024;
  }

  /** The last log lines, for the message of a failed test. */
  tail(lines = 30): string {
    return this.logs
      .slice(-lines)
      .map((line) => (line.stderr ? line.msg : JSON.stringify(line)))
      .join('\n');
  }
}

/**
 * Starts the built program in one role on a free port and waits until `/health/ready` says 200. The test must end it;
 * one that it forgets is killed, and fails the test.
 *
 * @throws Error with the last log lines when the program ends or is not ready in time; it has then been killed.
 */
export async function startRole(options: RoleOptions): Promise<RoleProcess> {
  const { role, env = {}, until = 'ready', timeoutMs = 20_000, program = 'dist/main.js' } = options;
  const path = join(ROOT, program);
  if (!existsSync(path)) throw new Error(`${program} is not built: run npm run build`);
  const child = spawn(process.execPath, ['--enable-source-maps', path], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, TZ: process.env.TZ, HOST: '127.0.0.1', ...env, ROLE: role, PORT: '0' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const started = new RoleProcess(role, child);
  const ready = async (): Promise<boolean> => {
    started.url ||= started.logs.map(listeningUrl).find(Boolean) ?? '';
    if (started.url === '' || until === 'listening') return started.url !== '';
    return (await fetch(`${started.url}/health/ready`)).status === 200;
  };
  try {
    await eventually(async () => !started.running || (await ready()), { timeoutMs, describe: `role ${role} ${until}` });
    if (!started.running) throw new Error(`role ${role} ended with ${(await started.exited) ?? started.signal}`);
  } catch (error) {
    await started.kill();
    throw new Error(`${(error as Error).message}\n${started.tail()}`, { cause: error });
  }
  return started;
}

function listeningUrl({ msg, url }: LogLine): string {
  return msg?.includes('listening') && typeof url === 'string' ? url : '';
}

function parsed(line: string): LogLine {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as LogLine;
  } catch {
    // not one of the logger's lines
  }
  return { msg: line };
}
