import { createHash } from 'node:crypto';

/** How much of a file's beginning is remembered. */
export const PREFIX_BYTES = 1024;

/** How a file begins, so that another one is not taken for it although the system has given it the same inode. */
export interface Prefix {
  /** Bytes; fewer than {@link PREFIX_BYTES} while the file is shorter. */
  readonly length: number;
  readonly hash: string;
}

/** @param beginning at least as much of the file as is to be remembered. */
export function prefixOf(beginning: Buffer): Prefix {
  const length = Math.min(beginning.length, PREFIX_BYTES);
  return { length, hash: createHash('sha256').update(beginning.subarray(0, length)).digest('base64url').slice(0, 22) };
}

/** Whether a file that begins so may be the one whose prefix this is. */
export function matchesPrefix({ length, hash }: Prefix, beginning: Buffer): boolean {
  return beginning.length >= length && prefixOf(beginning.subarray(0, length)).hash === hash;
}
