import { type ClusterTime, LATEST } from './cluster-clock';

/** A snapshot that nobody read from for so long is given up, ms. Searches are far shorter. */
const KEPT_MS = 60_000;

/**
 * The times that somebody still reads as of: open transactions, and the snapshots that were handed to sessions, which
 * never say when they have done. Versions of documents that were replaced since the oldest of them are kept.
 */
export class Snapshots {
  /** How many transactions read as of a time. */
  private readonly pinned = new Map<ClusterTime, number>();
  /** When a session last read as of a time, elapsed ms. */
  private readonly lastRead = new Map<ClusterTime, number>();
  private oldestKnown: ClusterTime | null = LATEST;

  /** @param elapsedMs by a clock that is never set: set back, the past would be kept for as long as it was set. */
  constructor(private readonly elapsedMs: () => number) {}

  /** {@link LATEST} when nobody reads as of the past. */
  get oldest(): ClusterTime {
    this.oldestKnown ??= Math.min(LATEST, ...this.pinned.keys(), ...this.lastRead.keys());
    return this.oldestKnown;
  }

  /** A session reads as of this time, and may again. */
  touch(time: ClusterTime): void {
    this.lastRead.set(time, this.elapsedMs());
    this.oldestKnown = null;
  }

  pin(time: ClusterTime): void {
    this.pinned.set(time, (this.pinned.get(time) ?? 0) + 1);
    this.oldestKnown = null;
  }

  unpin(time: ClusterTime): void {
    const count = this.pinned.get(time) ?? 0;
    if (count > 1) this.pinned.set(time, count - 1);
    else this.pinned.delete(time);
    this.oldestKnown = null;
  }

  /** Gives up what nobody has read from lately. */
  sweep(): void {
    const silentSince = this.elapsedMs() - KEPT_MS;
    for (const [time, last] of this.lastRead) if (last < silentSince) this.lastRead.delete(time);
    this.oldestKnown = null;
  }
}
