import { SECOND_US } from '../../../log/timestamp';

/** After a pause, at most so much is made up for; more than the time between two records at the lowest rate. */
const MAX_ARREARS_US = 2 * SECOND_US;

/** Says how many records are due, so that on average there are `rate` a second. Time is passed in, microseconds. */
export class Pacer {
  private paidUntil: number;

  constructor(
    private readonly rate: number,
    startedAt: number,
  ) {
    this.paidUntil = startedAt;
  }

  /** The records due by `now`, and the time from which on they are; each is due once. */
  due(now: number): { readonly count: number; readonly from: number; readonly to: number } {
    const from = Math.max(this.paidUntil, now - MAX_ARREARS_US);
    const count = Math.max(0, Math.floor(((now - from) * this.rate) / SECOND_US));
    this.paidUntil = from + Math.round((count * SECOND_US) / this.rate);
    return { count, from, to: this.paidUntil };
  }
}
