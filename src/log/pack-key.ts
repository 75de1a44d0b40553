import { createHash } from 'node:crypto';
import type { Severity } from './severity';

/** What the ids of a group of packs come from, so that the same group made again has the same ids. */
export interface PackKey {
  /** When the group was made, whole milliseconds since the Unix epoch: the time within its packs' ids. */
  readonly timeMs: number;
  /** What tells the group apart from every other; any length. */
  readonly seed: string;
}

/** The id, a UUIDv7 (RFC 9562), of the pack of this number, from 0, among those of one service and severity. */
export function packIdOf(key: PackKey, service: string, severity: Severity, number: number): string {
  const hash = createHash('sha256');
  for (const part of [key.seed, service, severity, String(number)]) {
    hash.update(`${Buffer.byteLength(part)}:`).update(part); // with its length, so that no two lists read the same
  }
  const bytes = hash.digest().subarray(0, 16);
  bytes.writeUIntBE(key.timeMs, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6); // version 7
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8); // variant of RFC 9562
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
