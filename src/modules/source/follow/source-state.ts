import { isJsonObject } from '../../../log/json';
import type { StreamClockState } from '../../../log/stream-clock';
import type { Block, ReadingRules, WrittenPolicy } from './block';
import type { Prefix } from './prefix';

/** In place of the inode of a file that another file has by now: it is gone, and a copy with more of it may be found. */
export const LOST = 'lost';

/** A file that is followed or was, as it is kept over restarts. */
export interface KnownFile {
  /** Ours: rises with each file, never used again. */
  readonly id: number;
  /** Device and inode, `device:inode`; {@link LOST}; or null, once nothing more is expected of it. */
  readonly inode: string | null;
  /** Where it was last seen. */
  readonly path: string;
  /** Where it began: a rotated file belongs to the path that it was rotated from. */
  readonly base: string;
  readonly prefix: Prefix;
  /** How far it is in blocks: what comes next begins here. Of an archive, bytes once inflated. */
  readonly position: number;
  /** The clock of its stream at `position`, once the block before it is done. */
  readonly clock: StreamClockState;
  /** The file of the same base before it: read to its end first, and its clock goes on here. */
  readonly after: number | null;
  /**
   * When it was found, microseconds; where it had rotated by then, when it was last written to. What came to its base after
   * it was written to later.
   */
  readonly foundAt: number;
  /** When it was last seen, about, microseconds. */
  readonly seenAt: number;
}

/** One line of the state file. */
export type StateEntry =
  | { readonly kind: 'file'; readonly file: KnownFile }
  | { readonly kind: 'block'; readonly file: number; readonly block: Block }
  | { readonly kind: 'done'; readonly file: number; readonly block: string; readonly clock: StreamClockState }
  | { readonly kind: 'forget'; readonly file: number };

/** A known file and those of its blocks of which it is not known that the broker has them. */
export interface KnownState {
  file: KnownFile;
  readonly unfinished: Map<string, Block>;
}

/** What the entries of the state file come to, one after the other. */
export class SourceState {
  readonly files = new Map<number, KnownState>();

  get nextId(): number {
    return Math.max(0, ...this.files.keys()) + 1;
  }

  apply(entry: StateEntry): void {
    if (entry.kind === 'file') {
      const known = this.files.get(entry.file.id);
      if (known === undefined) this.files.set(entry.file.id, { file: entry.file, unfinished: new Map() });
      else known.file = { ...entry.file, position: known.file.position, clock: known.file.clock }; // blocks tell those
      return;
    }
    const known = this.files.get(entry.file);
    if (known === undefined) return;
    if (entry.kind === 'forget') this.files.delete(entry.file);
    else if (entry.kind === 'block') this.begin(known, entry.block);
    else this.finish(known, entry.block, entry.clock);
  }

  /** The fewest entries that come to this state. */
  *entries(): Generator<StateEntry> {
    for (const { file, unfinished } of this.files.values()) {
      yield { kind: 'file', file };
      for (const block of unfinished.values()) yield { kind: 'block', file: file.id, block };
    }
  }

  private begin(known: KnownState, block: Block): void {
    known.unfinished.set(block.id, block);
    known.file = { ...known.file, position: Math.max(known.file.position, block.to) };
  }

  private finish(known: KnownState, id: string, clock: StreamClockState): void {
    const block = known.unfinished.get(id);
    if (block === undefined) return;
    known.unfinished.delete(id);
    if (block.to === known.file.position) known.file = { ...known.file, clock };
  }
}

/** Null for a line that is no entry: it was cut off by a crash, or is damaged. */
export function parseStateEntry(line: string): StateEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null; // told by whoever reads the file
  }
  return isStateEntry(value) ? value : null;
}

function isStateEntry(value: unknown): value is StateEntry {
  if (!isJsonObject(value)) return false;
  if (value['kind'] === 'file') return isKnownFile(value['file']);
  if (typeof value['file'] !== 'number') return false;
  if (value['kind'] === 'block') return isBlock(value['block']);
  if (value['kind'] === 'done') return typeof value['block'] === 'string' && isClock(value['clock']);
  return value['kind'] === 'forget';
}

function isKnownFile(value: unknown): value is KnownFile {
  if (!isJsonObject(value)) return false;
  const { id, inode, path, base, prefix, position, clock, after, foundAt, seenAt } = value;
  const areNumbers = [id, position, foundAt, seenAt].every((one) => typeof one === 'number');
  const isPrefix = isJsonObject(prefix) && typeof prefix['length'] === 'number' && typeof prefix['hash'] === 'string';
  const areTexts =
    typeof path === 'string' && typeof base === 'string' && (inode === null || typeof inode === 'string');
  return areNumbers && areTexts && isPrefix && isClock(clock) && (after === null || typeof after === 'number');
}

function isBlock(value: unknown): value is Block {
  if (!isJsonObject(value)) return false;
  const { id, from, to, time, clock, rules, retention } = value;
  const areNumbers = [from, to, time].every((one) => typeof one === 'number');
  return typeof id === 'string' && areNumbers && isClock(clock) && isRules(rules) && isPolicy(retention);
}

function isPolicy(value: unknown): value is WrittenPolicy | undefined {
  if (value === undefined) return true;
  if (!isJsonObject(value)) return false;
  const { days, rules } = value;
  return typeof days === 'number' && typeof rules === 'string';
}

function isRules(value: unknown): value is ReadingRules {
  if (!isJsonObject(value)) return false;
  const { service, zone, multiline } = value;
  return typeof service === 'string' && typeof zone === 'string' && typeof multiline === 'boolean';
}

function isClock(value: unknown): value is StreamClockState {
  if (!isJsonObject(value)) return false;
  const { given, repeats, reading } = value;
  const isTime = (time: unknown): boolean => time === null || typeof time === 'number';
  return isTime(given) && typeof repeats === 'number' && isTime(reading);
}
