import type { LogRecord } from '../log/log-record';
import type { SealedPack } from './sealed-pack';

/** Packs that are there, or that come as they are made. */
export type Packs = Iterable<SealedPack> | AsyncIterable<SealedPack>;

/** Where a source hands over its records. */
export abstract class RecordPublisher {
  /** Whether the broker can be reached now. */
  abstract get isConnected(): boolean;

  /** Whether as much is waiting for the broker as may wait; whoever can wait should {@link whenRoom}, others refuse. */
  abstract get isFull(): boolean;

  /** Resolves once there is room again; at once when there is. */
  abstract whenRoom(): Promise<void>;

  /**
   * Puts the records into packs and resolves once the broker has confirmed, and a queue has taken, every one of them.
   * Never rejects while the process runs: a pack that fails is sent again, with the same id, until it is confirmed; a
   * caller that can not wait so long stops waiting. Rejects only when the process stops before that.
   */
  abstract publish(records: readonly LogRecord[]): Promise<void>;

  /**
   * As {@link publish}, but the packs are made already, as `KeyedPacks` makes them: the same ones, whenever and however
   * often they are published, are stored once. Rejects, too, with what `packs` throws.
   */
  abstract publishPacks(packs: Packs): Promise<void>;
}
