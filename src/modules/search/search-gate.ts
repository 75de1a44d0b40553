import { ApiError } from '../../http/api-error';

/** Lets a number of searches run at once, so that memory is bounded; others are to try again. */
export class SearchGate {
  private running = 0;

  constructor(private readonly places: number) {}

  /** What `search` resolves to. Rejects with ApiError `too_busy` when too many run already. */
  async run<T>(search: () => Promise<T>): Promise<T> {
    if (this.running >= this.places) {
      throw new ApiError('too_busy', `${this.places} searches are being answered already; try again in a second`);
    }
    this.running++;
    try {
      return await search();
    } finally {
      this.running--;
    }
  }
}
