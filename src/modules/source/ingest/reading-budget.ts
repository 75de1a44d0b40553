import { ApiError } from '../../../http/api-error';

/**
 * Bounds what requests hold in memory together, from their first byte to their answer. A request that is alone may be as
 * large as one request may be; several share `limitBytes`.
 */
export class ReadingBudget {
  private used = 0;

  constructor(private readonly limitBytes: number) {}

  /** The share of one request; {@link Share.release} it in any case. */
  open(): Share {
    let own = 0;
    return {
      take: (bytes) => {
        const isAlone = this.used === own;
        if (!isAlone && this.used + bytes > this.limitBytes) {
          throw new ApiError('too_busy', 'Too much is being sent at once; try again, or with smaller requests');
        }
        own += bytes;
        this.used += bytes;
      },
      release: () => {
        this.used -= own;
        own = 0;
      },
    };
  }
}

export interface Share {
  /** Counts bytes that are held from now on. Throws `too_busy` when there is no room for them. */
  take(bytes: number): void;
  release(): void;
}
