/** In the middle of a file a shorter run is part of a line, as somebody may have written it. */
const SHORTEST_INSIDE = 512;

/**
 * How many NUL bytes stand before what was written, 0 where there is no hole. A writer that does not append goes on at its
 * old offset after its file was truncated, and the system fills up what is before that.
 *
 * @param bytes of a file, from the beginning of a line.
 * @param at their offset; 0 also where a hole goes on.
 */
export function holeLength(bytes: Buffer, at: number): number {
  let length = 0;
  while (length < bytes.length && bytes[length] === 0) length++;
  return at === 0 || length >= SHORTEST_INSIDE ? length : 0;
}
