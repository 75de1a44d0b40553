import { BLOCK_BYTES } from './block';

const LF = 0x0a;

/**
 * The length of a line that is longer than a block, its end included; 0 where it has not come yet. Nothing of it is held.
 *
 * @param read gives bytes from an offset of the line on.
 * @param searched how many of its bytes are known to hold no end.
 * @param isStill whether the end of what is there counts as its end.
 */
export async function wholeLineLength(
  read: (offset: number, count: number) => Promise<Buffer>,
  searched: number,
  isStill: boolean,
): Promise<number> {
  for (let offset = searched; ;) {
    const chunk = await read(offset, BLOCK_BYTES);
    const end = chunk.indexOf(LF);
    if (end >= 0) return offset + end + 1;
    offset += chunk.length;
    if (chunk.length < BLOCK_BYTES) return isStill ? offset : 0;
  }
}
