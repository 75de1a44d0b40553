import { execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { eventually } from '../../../../test/support/eventually';
import { FollowedWorld } from '../../../../test/support/followed-world';

/** A program that writes a log as programs do: it keeps the file open, and notices a rotation at its next line. */
class Writer {
  readonly written: string[] = [];
  private fd: number | null = null;
  private hasMoved = false;
  private pending = '';
  private rotations = 0;

  constructor(
    private readonly path: string,
    private readonly wrap: (body: string) => string,
  ) {}

  lines(count: number): void {
    this.finishLine();
    const bodies = Array.from({ length: count }, (_, i) => `line ${this.written.length + i}`);
    writeSync(this.handle(), bodies.map((body) => `${this.wrap(body)}\n`).join(''));
    this.written.push(...bodies);
  }

  /** The first half of a line; the rest comes with whatever is written next. */
  halfALine(): void {
    this.finishLine();
    const body = `line ${this.written.length}`;
    const line = `${this.wrap(body)}\n`;
    const half = Math.floor(line.length / 2);
    writeSync(this.handle(), line.slice(0, half));
    this.pending = line.slice(half);
    this.written.push(body);
  }

  /** Goes to the file that it was begun in, whatever that is called by now. */
  finishLine(): void {
    if (this.pending !== '') writeSync(this.handle(false), this.pending);
    this.pending = '';
  }

  rotate(): void {
    if (!existsSync(this.path)) return;
    renameSync(this.path, `${this.path}.${++this.rotations}`);
    this.hasMoved = true;
  }

  copyAndTruncate(): void {
    this.finishLine();
    if (!existsSync(this.path)) return;
    copyFileSync(this.path, `${this.path}.${++this.rotations}`);
    truncateSync(this.path);
  }

  /** As logrotate packs what has just rotated: the archive keeps the time, and the inode is free for another file. */
  compress(): void {
    const path = `${this.path}.${this.rotations}`;
    if (!existsSync(path)) return;
    this.finishLine();
    if (this.hasMoved) this.close();
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
    execFileSync('touch', ['-r', path, `${path}.gz`]); // exactly: what Node can set is coarser
    rmSync(path);
  }

  close(): void {
    if (this.fd !== null) closeSync(this.fd);
    this.fd = null;
  }

  private handle(mayReopen = true): number {
    if (mayReopen && this.hasMoved) {
      this.close();
      this.hasMoved = false;
    }
    return (this.fd ??= openSync(this.path, 'a'));
  }
}

type Step =
  | { readonly kind: 'lines'; readonly count: number }
  | { readonly kind: 'half' | 'finish' | 'rotate' | 'compress' | 'copytruncate' | 'catchUp' | 'breathe' }
  | { readonly kind: 'start'; readonly steps: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('lines' as const), count: fc.integer({ min: 1, max: 700 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('half' as const, 'finish' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('rotate' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('compress' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('copytruncate' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('catchUp' as const, 'breathe' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('start' as const), steps: fc.integer({ min: 0, max: 25 }) }) },
);

const SECOND = new Date().toISOString().slice(0, 19);
const FORMS = {
  'a time of whole seconds': (body: string) => `${SECOND}Z app INFO ${body}`,
  'no time': (body: string) => body,
};

describe('a file that is written to, and rotates, while its source is killed and started at any time', () => {
  it.each([
    ['app.log', 'a time of whole seconds'],
    ['app.log', 'no time'],
    ['app.log*', 'a time of whole seconds'],
    ['app.log*', 'no time'],
  ] as const)('%s, lines with %s: every line is stored once, in order', async (pattern, form) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 25 }), async (steps) => {
        await live(pattern, FORMS[form], steps);
      }),
      { numRuns: Number(process.env['FOLLOW_RUNS'] ?? 6), endOnFailure: true },
    );
  });
});

async function live(pattern: string, wrap: (body: string) => string, steps: readonly Step[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'follow-'));
  const world = new FollowedWorld(folder, [pattern]);
  const writer = new Writer(join(folder, 'app.log'), wrap);
  const catchUp = (): Promise<unknown> =>
    eventually(() => world.store.bodies().length >= writer.written.length, {
      timeoutMs: 8_000,
      describe: `${writer.written.length} lines stored`,
    });
  try {
    writer.lines(1);
    await world.start();
    await catchUp(); // what rotated away before the first start, under a name that no pattern names, is not asked for
    for (const one of steps) {
      if (one.kind === 'lines') writer.lines(one.count);
      else if (one.kind === 'half') writer.halfALine();
      else if (one.kind === 'finish') writer.finishLine();
      else if (one.kind === 'rotate') writer.rotate();
      else if (one.kind === 'compress') writer.compress();
      else if (one.kind === 'start') await world.start(one.steps);
      else if (one.kind === 'breathe')
        await new Promise((resolve) => setTimeout(resolve, 30)); // nothing is awaited
      else {
        await world.start();
        writer.finishLine();
        await catchUp();
        if (one.kind === 'copytruncate') writer.copyAndTruncate();
      }
    }
    writer.finishLine();
    await world.start();
    await catchUp();
    expect(world.store.problems).toEqual([]);
    expect(world.store.bodies()).toEqual(writer.written);
  } catch (error) {
    throw new Error(
      `${String(error)}\n${world.logged
        .slice(-20)
        .map((line) => JSON.stringify(line))
        .join('\n')}`,
    );
  } finally {
    await world.stop();
    writer.close();
    await rm(folder, { recursive: true });
  }
}
