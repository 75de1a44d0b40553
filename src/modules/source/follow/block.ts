import type { PackKey } from '../../../log/pack-key';
import type { RetentionPolicy } from '../../../log/retention-policy';
import { parseRetentionRules } from '../../../log/retention-rules';
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
  /** What was kept for how long when it was read. Absent in state files of before it was written down. */
  readonly retention?: WrittenPolicy | undefined;
}

/** A retention policy as it is written down. */
export interface WrittenPolicy {
  readonly days: number;
  /** In the form of RETENTION_RULES. */
  readonly rules: string;
}

export function writtenPolicy({ days, rules }: RetentionPolicy): WrittenPolicy {
  return { days, rules: rules?.toString() ?? '' };
}

/** The policy that a block is read with, and read again with: what it refuses as too old decides what its packs hold. */
export function policyOf({ retention }: Block, current: RetentionPolicy): RetentionPolicy {
  return retention === undefined ? current : { days: retention.days, rules: parseRetentionRules(retention.rules) };
}

export function packKeyOf({ id, time }: Block): PackKey {
  return { timeMs: Math.floor(time / MILLISECOND_US), seed: `file block ${id}` };
}
