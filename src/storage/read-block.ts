import type { Order } from '../log/log-query';
import type { LogRecord } from '../log/log-record';
import { contentHash } from '../log/record-order';
import { severityRank } from '../log/severity';
import type { Block, ChunkHeader } from './chunk';
import { ChunkUnreadable } from './chunk-unreadable';
import { openBlock, type OpenBlock } from './open-block';
import type { ReadCosts } from './read-budget';
import type { Window } from './read-position';
import type { RecordMatcher } from './read-text';

export type BlockOwner = Pick<ChunkHeader, '_id' | 'codec' | 'service' | 'severity'>;

/** The first of ascending `times` that is `time` or later; their number when none is. */
export function firstFrom(times: Float64Array, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? Infinity) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The records of a block that lie in the window and match, by their place in the block, ascending. */
export function matchesInWindow(block: OpenBlock, window: Window, matcher: RecordMatcher, costs: ReadCosts): number[] {
  const times = block.times(); // first, so that texts of records out of range are never decompressed
  const low = firstFrom(times, window.from);
  const high = window.to === Infinity ? times.length : firstFrom(times, window.to);
  if (low >= high) return [];
  costs.recordsScanned += high - low;
  return matcher.matches(block, low, high);
}

/**
 * The matches of one block, in reading order: a bound while it is closed, then one record after the other. Bytes that
 * cannot be read end it early and leave `damage`.
 */
export class BlockReader {
  /** While closed no match comes before this time; once open the time of the record in turn. */
  time: number;
  isOpen = false;
  damage: ChunkUnreadable | null = null;
  private readonly open: OpenBlock;
  private readonly rank: number;
  private places: number[] = [];
  private turn = 0;
  private turnHash: string | null = null;

  constructor(
    readonly owner: BlockOwner,
    block: Block,
    private readonly window: Window,
    private readonly order: Order,
  ) {
    this.open = openBlock(owner, block);
    this.rank = severityRank(owner.severity);
    this.time = order === 'asc' ? Math.max(block.from, window.from) : Math.min(block.to, window.to - 1);
  }

  /** Looks for matches; false when there are none. */
  openUp(matcher: RecordMatcher, costs: ReadCosts): boolean {
    this.isOpen = true;
    this.places = this.safely([], () => matchesInWindow(this.open, this.window, matcher, costs));
    this.turn = this.order === 'asc' ? 0 : this.places.length - 1;
    return this.moveTo(this.turn);
  }

  /** On to the next match; false when there is none. */
  advance(): boolean {
    return this.moveTo(this.order === 'asc' ? this.turn + 1 : this.turn - 1);
  }

  private moveTo(turn: number): boolean {
    this.turn = turn;
    this.turnHash = null;
    const place = this.places[turn];
    if (place === undefined || this.damage !== null) return false;
    this.time = this.open.times()[place] ?? NaN;
    return true;
  }

  /** The record in turn; null when it cannot be read. */
  record(): LogRecord | null {
    return this.safely(null, () => this.open.record(this.places[this.turn] ?? -1));
  }

  /** The content hash of the record in turn; empty when it cannot be read. */
  contentHash(): string {
    if (this.turnHash === null) {
      const record = this.record();
      this.turnHash = record === null ? '' : contentHash(record);
    }
    return this.turnHash;
  }

  private safely<T>(fallback: T, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ChunkUnreadable)) throw error;
      this.damage = error;
      return fallback;
    }
  }

  /**
   * Which of two comes first in reading order. A closed block comes before an open one of the same time, service and
   * severity: it must be opened before that one's record can be known to be next. Hashes decide last, where they must.
   */
  static compare(this: void, a: BlockReader, b: BlockReader): number {
    const direction = a.order === 'asc' ? 1 : -1;
    if (a.time !== b.time) return direction * (a.time - b.time);
    if (a.owner.service !== b.owner.service) return a.owner.service < b.owner.service ? -direction : direction;
    if (a.rank !== b.rank) return direction * (a.rank - b.rank);
    if (!a.isOpen || !b.isOpen) return Number(a.isOpen) - Number(b.isOpen);
    const [hashA, hashB] = [a.contentHash(), b.contentHash()];
    return hashA === hashB ? 0 : hashA < hashB ? -direction : direction;
  }
}
