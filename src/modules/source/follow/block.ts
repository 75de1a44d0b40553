import type { PackKey } from '../../../log/pack-key';
import type { StreamClockState } from '../../../log/stream-clock';
import { MILLISECOND_US } from '../../../log/timestamp';

/**
 * The most that is read of a file at once. Packs end where a block does, so a block holds enough lines to fill packs of
 * several services and severities: with 256 KiB the packs of a mixed log held 43 records instead of 300.
 */
export const BLOCK_BYTES = 2 * 1024 * 1024;

/** How the lines of a block are read. */
export interface ReadingRules {
  /** Of lines that name none. */
  readonly service: string;
  /** IANA name of the zone of times that name none. */
  readonly zone: string;
  /** Whether lines that continue a record are joined to it. */
  readonly multiline: boolean;
}

/**
 * A stretch of a file that is sent as a whole. It is written down before anything of it is sent, with all that its
 * records and their packs' ids depend on besides its bytes. So it can be sent again after a crash, and comes out the same.
 */
export interface Block {
  /** A UUIDv7. */
  readonly id: string;
  /** Offset of its first byte. */
  readonly from: number;
  /** Offset after its last byte. */
  readonly to: number;
  /** When it was read, microseconds. */
  readonly time: number;
  /** The clock of the file's stream before its first record. */
  readonly clock: StreamClockState;
  readonly rules: ReadingRules;
}

export function packKeyOf({ id, time }: Block): PackKey {
  return { timeMs: Math.floor(time / MILLISECOND_US), seed: `file block ${id}` };
}
