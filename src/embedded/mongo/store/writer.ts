import type { ClusterTime } from './cluster-clock';

/** A transaction, as those see it who only have to know whose something is, and when that ends. */
export interface Writer {
  /** It reads what was committed by then. */
  readonly snapshot: ClusterTime;
  /** Resolves when it has ended, however. */
  readonly ended: Promise<void>;
}
