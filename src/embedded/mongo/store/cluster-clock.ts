import { Timestamp } from 'bson';

/** A logical time of the store as one number: greater is later. The least, before everything that was written, is 0. */
export type ClusterTime = number;

/** Later than everything that was written. */
export const LATEST: ClusterTime = Number.MAX_SAFE_INTEGER;

/** Room for so many writes a second; one more begins the next second early. */
const TIMES_A_SECOND = 2 ** 20;

/**
 * The order of all commits, as MongoDB's cluster time: seconds since the Unix epoch and a counter within the second.
 * Never stands still at a commit and never goes back, whatever the clock of the machine does.
 */
export class ClusterClock {
  private last: ClusterTime;

  constructor(
    private readonly now: () => Date,
    last: ClusterTime = 0,
  ) {
    this.last = Math.max(last, this.wall());
  }

  /** The time of the last commit, or a later one. */
  get current(): ClusterTime {
    return this.last;
  }

  /** The time of the next commit. */
  tick(): ClusterTime {
    this.last = Math.max(this.last + 1, this.wall());
    return this.last;
  }

  private wall(): ClusterTime {
    return Math.floor(this.now().getTime() / 1_000) * TIMES_A_SECOND + 1;
  }
}

export function toTimestamp(time: ClusterTime): Timestamp {
  return new Timestamp({ t: Math.floor(time / TIMES_A_SECOND), i: time % TIMES_A_SECOND });
}

/** Of a timestamp that no commit has, the time that lies where it does among those that commits have. */
export function fromTimestamp({ t, i }: Timestamp): ClusterTime {
  return t * TIMES_A_SECOND + Math.min(i, TIMES_A_SECOND - 1);
}
